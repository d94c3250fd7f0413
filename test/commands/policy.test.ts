import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {runProgram, runUsage} from '../support/run-program.ts'

async function check(t: TestContext, content: string, ...args: string[]) {
  const home = isolatedHome(t)
  const file = join(home.home, 'policy.json')
  writeFileSync(file, content)
  return {file, ...(await runUsage(home, ['policy', 'check', file, ...args]))}
}

describe('usage policy check', {concurrency: 2}, () => {
  it('shows what a policy means for each project and for users', async t => {
    const policy = {tracking: 'on', projects: {parsl: 'off'}, allow: ['heatflow', 'parsl'], contact: 'ops@example.org'}
    const text = await check(t, JSON.stringify(policy))
    assert.equal(text.code, 0, text.stderr)
    assert.match(
      text.stdout,
      /^ok {2}\S+\n {2}heatflow +may count.*\n {2}parsl +opted out\n {2}other projects +opted out\n/,
    )
    assert.match(
      text.stdout,
      /shown a notice first.*\n {2}Shown with an opt-out: ops@example\.org\n {2}A user can always/,
    )
    const off = await check(t, JSON.stringify({tracking: 'off'}))
    assert.doesNotMatch(off.stdout, /notice|waiting time/)
    const {file, stdout} = await check(t, '{"notice": "given"}', '--json')
    assert.deepEqual(JSON.parse(stdout), {
      file,
      problems: [],
      others: 'on',
      othersGoTo: null,
      projects: [],
      isNoticeGiven: true,
      shown: [],
    })
  })

  it('shows where the events of each project go', async t => {
    const policy = {
      inbox: '/shared/inbox',
      projects: {demo: {endpoint: 'https://usage.hpc.example.org', writeKey: 'key'}, other: 'off'},
    }
    const {stdout} = await check(t, JSON.stringify(policy))
    assert.match(
      stdout,
      /demo +may count .*; reports are posted to https:\/\/usage\.hpc\.example\.org with your write key/,
    )
    assert.match(stdout, /other +opted out\n/)
    assert.match(stdout, /other projects +may count .*; reports are written to file:\/\/\/shared\/inbox, and not sent/)
    const json = JSON.parse((await check(t, JSON.stringify(policy), '--json')).stdout)
    assert.deepEqual(json.othersGoTo, {inbox: 'file:///shared/inbox', http: null, hasWriteKey: false})
    assert.deepEqual(json.projects[0].goesTo, {inbox: null, http: 'https://usage.hpc.example.org', hasWriteKey: true})
  })

  for (const [content, problem] of [
    ['{"tracking": "on", "tracking": "on"}', /The policy contains the key "tracking" twice\./],
    ['{"projects": {"demo": {"endpoint": "ftp://a"}}}', /projects\.demo\.endpoint must be an http or https address/],
    ['{"projects": {"demo": {"traking": "off"}}}', /projects\.demo has the unknown key "traking"\./],
    ['{"writeKey": "a"}', /The policy must contain endpoint beside writeKey/],
    ['{"traking": "off"}', /unknown key "traking"\. Known keys: \$schema, tracking, projects, allow/],
    [
      '{"projects": {"*": "off"}}',
      /projects must contain project ids, got "\*"\. For all projects, use tracking or allow\./,
    ],
    [
      '{"tracking": "Off", "allow": 7}',
      /tracking must be "on" or "off", got "Off"\.\n.*allow must be a list.*\n2 problems: /,
    ],
    ['{', /The policy must be one JSON object\./],
  ] as const)
    it(`names what is wrong with ${content}, and exits 2`, async t => {
      const {code, stdout} = await check(t, content)
      assert.equal(code, 2)
      assert.match(stdout, problem)
      assert.match(stdout, /on a machine with this file, all projects are opted out\.\n$/)
      const json = await check(t, content, '--json')
      assert.deepEqual([json.code, JSON.parse(json.stdout).others], [2, 'off'])
    })

  it(
    'reads the policy of this machine by default, and says when there is none or a FIFO',
    needs('unshare'),
    async t => {
      const home = isolatedHome(t)
      const etc = join(home.home, '..', 'etc')
      mkdirSync(join(etc, 'usage'), {recursive: true})
      const run = () =>
        runProgram(home, ['unshare', '-Urm', 'sh', '-c', 'mount --bind "$0" /etc && usage policy check', etc])
      const missing = await run()
      assert.equal(missing.code, 2)
      assert.match(missing.stderr, /USAGE_POLICY_INVALID: cannot read the policy \/etc\/usage\/policy\.json: ENOENT/)
      execFileSync('mkfifo', [join(etc, 'usage', 'policy.json')])
      assert.match((await run()).stderr, /must be a plain file/)
    },
  )
})
