import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {deafServer} from '../support/deaf-server.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {silentServer} from '../support/silent-server.ts'

const doctor = (endpoint: string) => [
  process.execPath,
  repositoryPath('bin', 'run.js'),
  'doctor',
  '--endpoint',
  endpoint,
]

describe('usage doctor ends within 10 seconds', {concurrency: 3}, () => {
  it('when no name server answers', needs('unshare', 'ip', 'python3'), async t => {
    const home = isolatedHome(t)
    const servers = join(home.home, 'resolv.conf')
    writeFileSync(servers, 'nameserver 127.0.0.1\noptions timeout:30 attempts:2\n')
    const listen =
      'import socket,time; s=socket.socket(2,2); s.bind(("127.0.0.1",53)); print(1,flush=True); time.sleep(30)'
    const script = `ip link set lo up && mount --bind '${servers}' /etc/resolv.conf &&
      { python3 -c '${listen}' | { read -r _; "$@"; kill 0; }; }`
    const since = performance.now()
    const command = doctor('https://usage.example.org')
    const outcome = await runProgram(home, ['unshare', '-Urmn', 'bash', '-c', script, 'sh', ...command], {
      isGroupLeader: true,
    })
    assert.match(
      outcome.stdout.replace(/\s+/g, ' '),
      /usage\.example\.org cannot be looked up: no answer in 4 s/,
      outcome.stderr,
    )
    assert.ok(performance.now() - since < 10_000)
  })

  for (const [what, open] of [
    ['an address does not answer', deafServer],
    [
      'a server accepts the connection and is silent',
      async (t: Parameters<typeof silentServer>[0]) => (await silentServer(t)).url,
    ],
  ] as const)
    it(`when ${what}`, async t => {
      const since = performance.now()
      const outcome = await runUsage(isolatedHome(t), ['doctor', '--endpoint', await open(t)])
      assert.equal(outcome.code, 3, outcome.stdout)
      assert.ok(performance.now() - since < 10_000)
    })
})
