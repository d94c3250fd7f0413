import assert from 'node:assert/strict'
import {once} from 'node:events'
import {readdirSync, readFileSync} from 'node:fs'
import {request} from 'node:http'
import {createServer} from 'node:https'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {describe, type TestContext} from 'node:test'
import {rotationPeriod} from '../../src/protocol/project/rotation.ts'
import type {AccessRecord} from '../../src/protocol/report/access.ts'
import type {Event} from '../../src/protocol/report/event.ts'
import type {Report} from '../../src/protocol/report/report.ts'
import {limits} from '../../src/protocol/values/limits.ts'
import {deriveUserKey} from '../../src/reporter/identity/pseudonyms.ts'
import {findSecret} from '../../src/reporter/identity/secret.ts'
import type {DestinationAccess} from '../../src/reporter/person/access.ts'
import {makeAuthority} from '../support/authority.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runningCollector} from '../support/running-collector.ts'
import {makeScene, type Scene} from '../support/scene.ts'
import {itLong, itOnce} from '../support/share.ts'
import {readTree} from '../support/tree.ts'

/** Two people who report to one collector: a run with two features each. */
async function twoPeople(t: TestContext) {
  const host = isolatedHome(t)
  const collector = await runningCollector(t, host, [projectOnDisk(host.home, 'http://127.0.0.1:9').project])
  const people = [makeScene(t, collector.http), makeScene(t, collector.http)] as const
  for (const person of people) await use(person)
  return {collector, people}
}

async function use({reporter, flush}: Scene): Promise<void> {
  reporter.start({script: '/home/ada/a.sh', fields: {executors: 2}})
  reporter.feature({type: 'Algorithm', name: 'Load.v1', durationSeconds: 0.25, details: {format: 'nexus'}})
  reporter.feature({type: 'Algorithm', name: 'Save.v1', count: 3})
  reporter.end({exitCode: 7})
  assert.equal((await flush()).sent, 4)
}

async function access(person: Scene, args: readonly string[] = [], environment: Record<string, string> = {}) {
  const {code, stdout} = await person.usage(['access', '--json', ...args], {environment})
  return {code, one: (JSON.parse(stdout) as {projects: DestinationAccess[]}).projects[0]!}
}

/** The events in a record of a collector. */
const eventsOf = (record: AccessRecord): Event[] =>
  record.kind === 'run'
    ? [record.start, record.end].filter(event => event !== null)
    : record.kind === 'day'
      ? []
      : [record.event]

const heldEvents = ({ids}: DestinationAccess): Event[] =>
  ids.flatMap(({groups}) => groups.flatMap(({records}) => (records as unknown as AccessRecord[]).flatMap(eventsOf)))

async function sentReports(person: Scene): Promise<Report[]> {
  const {stdout} = await person.usage(['log', '--raw'])
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
}

/** Ends https in front of a collector, as a proxy does. */
async function httpsInFrontOf(t: TestContext, http: string): Promise<{ca: string; url: string}> {
  const {ca, key, cert} = makeAuthority(t)
  const server = createServer({key, cert}, (incoming, response) => {
    const headers = {...incoming.headers, 'x-forwarded-proto': 'https'}
    const outgoing = request(`${http}${incoming.url}`, {method: incoming.method ?? 'GET', headers}, answered => {
      response.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.pipe(response)
    })
    incoming.pipe(outgoing)
  })
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {ca, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`}
}

const byId = (a: Event, b: Event): number => (a.id < b.id ? -1 : 1)

/** The key that a person presents now. */
function keyOf({world, destination: {project}}: Scene): string {
  const period = rotationPeriod(project.identity, new Date().toISOString()).name
  const scope = {project: project.project, period, generation: 0}
  return Buffer.from(deriveUserKey(findSecret(world.stateDirectory)!, scope)).toString('hex')
}

describe('usage access', {concurrency: 2}, () => {
  itOnce(
    'shows exactly the events and the header that `log --raw` says were sent, and nothing of another person',
    async t => {
      const {people} = await twoPeople(t)
      for (const person of people) {
        const before = readTree(person.home.home)
        const {code, one} = await access(person)
        assert.deepEqual([code, one.outcome, one.ids.length, one.ids[0]?.records], [0, 'shown', 1, 3])
        const reports = await sentReports(person)
        const sent = reports.flatMap(({events}) => events).sort(byId)
        assert.equal(sent.length, 4)
        assert.deepEqual(heldEvents(one).sort(byId), sent)
        assert.deepEqual(
          one.ids[0]?.groups.map(({header}) => header),
          [reports[0]?.header],
        )
        assert.deepEqual(readTree(person.home.home), before)
      }
      const text = (await people[0].usage(['access'])).stdout
      assert.match(text, /^demo: http:\S+ holds 3 records under your id of \d{4} \([0-9a-f]{32}\):\n {2}With host=/)
      assert.match(text, /run \S+: started, script [0-9a-f]{32}, executors=2; ended .* with exit code 7, [\d.]+ s\n/)
      assert.match(
        text,
        /Algorithm Load\.v1: 1 use, 0\.25 s, run \S+, format=nexus\n(?:.*\n)?.*Algorithm Save\.v1: 3 uses/,
      )
    },
  )

  itOnce('shows nothing after `forget`, and asks about the erased id when told to', async t => {
    const {people} = await twoPeople(t)
    const [person, other] = people
    assert.equal((await access(person, ['--erased'])).one.outcome, 'nothing-erased')
    await person.usage(['forget'])
    const after = await person.usage(['access'])
    assert.equal(after.code, 0)
    assert.match(after.stdout, /^demo: nothing was sent to http:\S+ under this id since the erasure at .* UTC\)?, so/)
    const {code, one} = await access(person, ['--erased'])
    assert.deepEqual([code, one.outcome, one.ids[0]?.groups, one.ids[0]?.generation], [0, 'nothing-held', [], 0])
    await use(person)
    const again = (await access(person)).one
    assert.deepEqual([again.outcome, again.ids[0]?.records, again.ids[0]?.generation], ['shown', 3, 1])
    assert.notEqual(again.ids[0]?.user, one.ids[0]?.user)
    assert.equal((await access(other)).one.ids[0]?.records, 3)
  })

  itOnce('works after an opt-out and under DO_NOT_TRACK, sends no event, and writes the key nowhere', async t => {
    const {collector, people} = await twoPeople(t)
    const [person] = people
    const key = keyOf(person)
    assert.equal((await access(person, [], {DO_NOT_TRACK: '1'})).one.outcome, 'shown')
    await person.usage(['optout'])
    const {code, one} = await access(person)
    assert.deepEqual([code, one.outcome], [0, 'shown'])
    assert.equal((await collector.stats('demo')).runs.total, 2)
    for (const [path, content] of Object.entries(readTree(person.home.home))) assert.ok(!content.includes(key), path)
    for (const name of readdirSync(collector.data, {recursive: true}).map(String)) {
      if (name.endsWith('.sqlite') || name.includes('wal'))
        assert.ok(!readFileSync(join(collector.data, name)).includes(key), name)
    }
    assert.ok(!collector.written().includes(key))
    const described = await (await fetch(`${collector.http}/openapi.json`)).text()
    assert.ok(described.includes('/v1/projects/{id}/access'))
  })

  itLong('follows the pages of a collector to the last record', async t => {
    const host = isolatedHome(t)
    const collector = await runningCollector(t, host, [projectOnDisk(host.home, 'http://127.0.0.1:9').project])
    const person = makeScene(t, collector.http)
    const count = limits.maxAccessRecords + 1
    for (let use = 0; use < count; use++) person.reporter.feature({type: 'Algorithm', name: 'Load.v1', count: use + 1})
    assert.equal((await person.flush()).sent, count)
    const {one} = await access(person)
    assert.deepEqual([one.outcome, one.ids[0]?.records], ['shown', count])
    const counts = heldEvents(one).map(event => event.type === 'feature' && event.count)
    assert.equal(new Set(counts).size, count)
  })

  itLong(
    'asks by https behind a proxy that says so, and nobody whose certificate is not trusted',
    needs('openssl'),
    async t => {
      const host = isolatedHome(t)
      const collector = await runningCollector(t, host, [projectOnDisk(host.home, 'http://127.0.0.1:9').project])
      const {ca, url} = await httpsInFrontOf(t, collector.http)
      const person = makeScene(t, url)
      const environment = {NODE_EXTRA_CA_CERTS: ca}
      person.reporter.start()
      await person.usage(['flush', '--wait', '40'], {environment})
      const {code, one} = await access(person, [], environment)
      assert.deepEqual([code, one.outcome, one.ids[0]?.records], [0, 'shown', 1])
      const distrusting = await access(person)
      assert.deepEqual([distrusting.code, distrusting.one.ids[0]?.reason], [3, 'offline'])
    },
  )
})
