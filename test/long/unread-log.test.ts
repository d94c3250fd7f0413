import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {describe, it, type TestContext} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {repositoryPath} from '../support/repository.ts'

/** The most bytes of a pipe: it is full before the collector starts. */
const pipeBytes = 65_536

/** Starts a collector whose stderr is prepared by lines of bash. It has answered 100 requests when this resolves. */
async function startWith(t: TestContext, stderr: string) {
  const {home, environment} = isolatedHome(t)
  const {project} = projectOnDisk(home, 'http://127.0.0.1:9')
  writeFileSync(join(home, 'project.json'), JSON.stringify(project))
  const collect = `"${process.execPath}" "${repositoryPath('bin', 'run.js')}" collect --projects project.json`
  const script = `${stderr}\nexec ${collect} --data data --http 127.0.0.1:0 --udp off --json 2>&3`
  const child = spawn('bash', ['-c', script], {cwd: home, env: environment, stdio: ['ignore', 'pipe', 'ignore']})
  t.after(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface(child.stdout), 'line')
  const {http} = JSON.parse(String(line)) as {http: string}
  for (let i = 0; i < 100; i++) assert.equal((await fetch(`${http}/nothing`)).status, 404)
  return child
}

describe('a collector whose log nobody reads', needs('bash'), () => {
  it('answers, and ends a second after it has stored everything', async t => {
    const fill = `mkfifo log; exec 3<>log; head -c ${pipeBytes} /dev/zero >&3`
    const child = await startWith(t, fill)
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL'])
  })

  it('answers, and ends as usual, if its reader has gone away', async t => {
    const child = await startWith(t, 'mkfifo log; cat log >/dev/null & exec 3>log; kill $!')
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
})
