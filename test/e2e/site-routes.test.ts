import assert from 'node:assert/strict'
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {reportOf} from '../support/answering-server.ts'
import {erasingServer, isErasure} from '../support/erasing-server.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {clientOnDisk} from '../support/python-client.ts'
import {runProgram} from '../support/run-program.ts'
import {shClientOnDisk} from '../support/sh-client.ts'
import {libraryOnDisk} from '../support/shell-library.ts'
import {waitingEvents} from '../support/waiting-events.ts'

/** A user of a project with a collector and a write key, on a machine whose site has a collector and an inbox. */
async function makeSite(t: TestContext) {
  const [own, site] = [await erasingServer(t), await erasingServer(t)]
  const bare = isolatedHome(t)
  const {path, project} = projectOnDisk(bare.home, own.url, {writeKey: 'own-key'})
  const [etc, inbox] = [join(bare.home, '..', 'etc'), join(bare.home, '..', 'inbox')]
  for (const folder of [join(etc, 'usage'), inbox]) mkdirSync(folder, {recursive: true})
  const environment = {...bare.environment, USAGE_PROJECT_FILE: path, USAGE_SENDER: '1'}
  const home = {...bare, environment}
  const runIn = (script: string, environment: Record<string, string> = {}) =>
    runProgram(home, ['unshare', '-Urm', 'sh', '-c', 'mount --bind "$0" /etc; eval "$1"', etc, script], {environment})
  return {
    own,
    site,
    home,
    project,
    inbox,
    decide: (policy: unknown) => writeFileSync(join(etc, 'usage', 'policy.json'), JSON.stringify(policy)),
    run: runIn,
    json: async (command: string) => JSON.parse((await runIn(`usage ${command} --json`)).stdout),
    directories: () => readdirSync(home.stateDirectory).filter(name => name.startsWith('demo-')),
  }
}

const script = 'usage start; usage feature Load.v1 --type Algorithm; usage end --exit-code 0'

describe('a site policy with a collector of its own', {concurrency: 2}, () => {
  it(
    'gets the events, the notice, the key and the request to erase, and the project nothing',
    needs('unshare'),
    async t => {
      const {own, site, decide, run, json, directories} = await makeSite(t)
      decide({endpoint: site.url, writeKey: 'site-key'})
      const {stderr} = await run(script)
      assert.match(
        stderr,
        new RegExp(`To: ${site.url}, by the policy of this site\\s+\\(/etc/usage/policy\\.json\\)\\.`),
      )
      assert.doesNotMatch(stderr, new RegExp(own.url))
      const {projects} = await json('status')
      assert.equal(projects.length, 1)
      assert.deepEqual([projects[0].endpoint.http, projects[0].routedBy], [site.url, '/etc/usage/policy.json'])
      assert.match(
        (await run('usage status')).stdout,
        new RegExp(`Goes to +${site.url}; decided by the site policy\\s+/etc`),
      )
      assert.match((await run('usage explain')).stdout, new RegExp(`decides where reports\\s+go:\\s+${site.url}`))
      assert.doesNotMatch((await run('usage explain --markdown')).stdout, /site policy \/etc/)
      await run('usage optin demo')
      const sent = await json('flush')
      assert.deepEqual([sent.sent, sent.kept], [3, 0])
      const forgotten = await json('forget')
      assert.deepEqual(
        forgotten.projects.map(({outcome, endpoint}: {outcome: string; endpoint: string}) => [outcome, endpoint]),
        [['erased', site.url]],
      )
      const keys = site.requests.map(({headers}) => headers.authorization)
      assert.deepEqual(
        keys,
        keys.map(() => 'Bearer site-key'),
      )
      const reports = site.requests.filter(request => !isErasure(request)).map(reportOf)
      assert.deepEqual(new Set(reports.flatMap(({events}) => events.map(event => event.run))).size, 1)
      assert.deepEqual([own.requests.length, directories().length], [0, 1])
    },
  )

  it('gets no key of the project, which is for its own collector', needs('unshare'), async t => {
    const {site, decide, run} = await makeSite(t)
    decide({projects: {demo: {endpoint: {http: `${site.url}/`}}}, notice: 'given'})
    await run(`${script}; usage flush`)
    assert.deepEqual(
      site.requests.map(({headers}) => headers.authorization),
      [undefined],
    )
  })

  it('gets none of the events that waited for the project, and nobody else gets them', needs('unshare'), async t => {
    const {own, site, home, decide, run, json} = await makeSite(t)
    await run(`${script}; usage optin demo`)
    decide({endpoint: site.url, notice: 'given'})
    const before = await json('status')
    const old = before.projects.find(({endpoint}: {endpoint: {http: string}}) => endpoint.http === own.url)
    assert.deepEqual([old.consent.reason, old.consent.decidedBy], ['site-policy', '/etc/usage/policy.json'])
    assert.equal(old.consent.text, `Events of demo go to ${site.url} instead.`)
    const flushed = await json('flush')
    assert.deepEqual([flushed.sent, flushed.dropped], [0, 3])
    assert.deepEqual([own.requests.length, site.requests.length], [0, 0])
    await run(`${script}; usage flush`)
    // A sender in the background may have been first with some of them.
    await eventually(() => assert.deepEqual(waitingEvents(home.stateDirectory), []))
    const events = site.requests.flatMap(request => reportOf(request).events)
    assert.deepEqual([own.requests.length, events.length], [0, 3])
  })

  it('asks again whoever said yes to the destination of the project', needs('unshare'), async t => {
    const {site, project, decide, run, json} = await makeSite(t)
    decide({endpoint: site.url})
    await run('usage start', {USAGE_CONSENT: `demo@${collectionVersion(project)}`})
    assert.equal((await json('status')).projects[0].consent.heldBy, 'notice-pending')
  })
})

describe('a site policy with an inbox', {concurrency: 2}, () => {
  it('has the reports as files, and the notice says so', needs('unshare'), async t => {
    const {own, home, inbox, decide, run, json} = await makeSite(t)
    decide({inbox})
    const {stderr} = await run(script)
    assert.match(stderr, new RegExp(`To: file://${inbox}, by the policy of this site`))
    await run('usage optin demo; usage flush')
    // A sender in the background may have been first with some of them.
    await eventually(() => assert.deepEqual(waitingEvents(home.stateDirectory), []))
    const reports = readdirSync(inbox).map(name => JSON.parse(readFileSync(join(inbox, name), 'utf8')))
    assert.deepEqual([reports.flatMap(({events}) => events).length, own.requests.length], [3, 0])
    assert.equal((await json('status')).projects[0].endpoint.file, `file://${inbox}`)
    // The site carries them to the collector of the project, which it does not name itself.
    await run(`usage flush --from ${inbox} --project-file "$USAGE_PROJECT_FILE"`)
    assert.deepEqual([readdirSync(inbox), own.requests.length], [[], reports.length])
  })

  it('has what shell functions record, and its own collector gets it from there', needs('unshare', 'bash'), async t => {
    const {own, site, home, project, inbox, decide, run, directories} = await makeSite(t)
    decide({projects: {demo: {inbox, endpoint: site.url, writeKey: 'site-key'}}, notice: 'given'})
    const library = libraryOnDisk(home.home, 'bash', project)
    const lines = `. ${library}; usage_start; usage_feature Load.v1 Algorithm; usage_end 3`
    const {stdout, stderr} = await run(`bash -c '${lines}'; usage flush`, {
      USAGE_SENDER: '',
    })
    assert.deepEqual([stdout.includes('error'), stderr.includes('rror')], [false, false], stderr)
    const events = readdirSync(inbox).flatMap(name => JSON.parse(readFileSync(join(inbox, name), 'utf8')).events)
    assert.deepEqual(events.map(({type}) => type).sort(), ['end', 'feature', 'start'])
    assert.equal(new Set(events.map(({run}) => run)).size, 1)
    assert.equal(directories().length, 1)
    await run(`usage flush --from ${inbox} --project-file "$USAGE_PROJECT_FILE"`)
    assert.deepEqual(
      [own.requests.length, new Set(site.requests.map(({headers}) => headers.authorization))],
      [0, new Set(['Bearer site-key'])],
    )
  })

  it('is out of reach of the clients of one file: they record nothing', needs('unshare', 'python3'), async t => {
    const {home, project, inbox, decide, run} = await makeSite(t)
    decide({inbox, notice: 'given'})
    const [python, sh] = [clientOnDisk(home.home, project), shClientOnDisk(home.home, project)]
    await run(
      `cd ${python}; PYTHONDONTWRITEBYTECODE=1 python3 -c 'import usage_client as u; u.start(); u.end(0)'; sh -c '. ${sh}; usage_start; usage_end 0'`,
      {USAGE_SENDER: ''},
    )
    assert.deepEqual([waitingEvents(home.stateDirectory), readdirSync(inbox)], [[], []])
  })
})
