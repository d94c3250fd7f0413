import assert from 'node:assert/strict'
import {describe, it, type TestContext} from 'node:test'
import type {ProjectFile} from '../../src/protocol/project/project-file.ts'
import type {Report} from '../../src/protocol/report/report.ts'
import {readDestinations} from '../../src/reporter/destination/destination.ts'
import {readSent} from '../../src/reporter/destination/sent-log.ts'
import {createReporter} from '../../src/reporter/reporter.ts'
import {readSendContext} from '../../src/reporter/reports/send-context.ts'
import {realWorld, type World} from '../../src/reporter/world/world.ts'
import {ageSecret} from '../support/header-cases.ts'
import {personHere} from '../support/in-process.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {collectorHere, type ListeningCollector} from '../support/running-collector.ts'
import {permissionFor} from '../support/scene.ts'

/** A collector of some projects, each by its file as the people of this test have it. */
async function collecting(t: TestContext, ids: readonly string[]) {
  const host = isolatedHome(t)
  const at = (http: string) => ids.map(project => projectOnDisk(host.home, http, {project}))
  const collector = await collectorHere(
    t,
    host,
    at('http://127.0.0.1:9').map(({project}) => project),
  )
  return {collector, projects: at(collector.http)}
}

/** A home of its own whose person has said yes to these projects. */
function person(
  t: TestContext,
  projects: readonly {readonly project: ProjectFile}[],
  environment: Readonly<Record<string, string>> = {},
): IsolatedHome {
  const yes = projects.map(({project}) => permissionFor(project)['USAGE_CONSENT']).join(' ')
  return isolatedHome(t, {USAGE_CONSENT: yes, ...environment})
}

/** A run and a flush. */
async function use(home: IsolatedHome, project: ProjectFile): Promise<void> {
  const {reporter, recordRun, flush} = personHere(home, project)
  reporter.noticeShown()
  assert.notEqual(recordRun(), null)
  await flush()
}

/** A run as a program on another machine, or in another boot, that shares the home records it; it sends nothing. */
function recordOn(home: IsolatedHome, project: ProjectFile, elsewhere: Partial<World>): void {
  const reporter = createReporter({project, world: {environment: home.environment, ...elsewhere}})
  const run = reporter.start()
  assert.equal(run.kind, 'recorded')
  assert.equal(reporter.end({run: 'run' in run ? run.run : null, exitCode: 0}).kind, 'recorded')
}

/** Every report that left a home, of one project. */
function reportsOf(home: IsolatedHome, project: string): Report[] {
  return readDestinations(home.stateDirectory)
    .filter(one => one.project.project === project)
    .flatMap(({paths}) => readSent(paths.sent))
    .map(({body}) => JSON.parse(body) as Report)
}

/** Every pseudonym that left a home, of one project. */
function pseudonymsOf(home: IsolatedHome, project: string): string[] {
  const all = reportsOf(home, project).flatMap(({header, events}) => {
    const scripts = events.map(event => (event.type === 'start' ? event.script : null))
    return [header.user, header.host, ...scripts]
  })
  return [...new Set(all)].filter(id => id !== null)
}

async function counted(collector: ListeningCollector, project = 'demo') {
  const {users, hosts, runs} = await collector.stats(project)
  return {users: users.total, hosts: hosts.total, runs: runs!.total}
}

const otherBoot = {bootId: 'another-boot', pidNamespace: 'pid:[1]', callers: []}

describe('who is counted as whom', {concurrency: 2}, () => {
  it('has two people on one host as two users and one host', async t => {
    const {collector, projects} = await collecting(t, ['demo'])
    for (const home of [person(t, projects), person(t, projects)]) await use(home, projects[0]!.project)
    assert.deepEqual(await counted(collector), {users: 2, hosts: 1, runs: 2})
  })

  it('has one home on two hosts as one user and two hosts, although only one of them sends', async t => {
    const {collector, projects} = await collecting(t, ['demo'])
    const home = person(t, projects)
    const {project} = projects[0]!
    const elsewhere = {hostName: 'node17', machineId: () => 'f'.repeat(32), processes: () => otherBoot}
    recordOn(home, project, elsewhere)
    await use(home, project)
    assert.deepEqual(await counted(collector), {users: 1, hosts: 2, runs: 2})
  })

  it('keeps the host of what was recorded before a reboot and sent after it', async t => {
    const {collector, projects} = await collecting(t, ['demo'])
    const home = person(t, projects)
    const {project} = projects[0]!
    recordOn(home, project, {processes: () => otherBoot})
    await use(home, project)
    assert.deepEqual(await counted(collector), {users: 1, hosts: 1, runs: 2})
    assert.ok(reportsOf(home, 'demo').every(({header}) => header.host !== null))
  })

  it('knows no host where the machine has no id, also when a machine that has one sends', async t => {
    const {collector, projects} = await collecting(t, ['demo'])
    const home = person(t, projects)
    const {project} = projects[0]!
    recordOn(home, project, {hostName: 'node17', machineId: () => null, processes: () => otherBoot})
    await use(home, project)
    assert.deepEqual(await counted(collector), {users: 1, hosts: null, runs: 2})
    const {low, high} = (await collector.stats('demo')).hosts
    assert.deepEqual([low, high], [1, 2])
  })

  it('asks no machine for its id where a project counts no hosts', async t => {
    const home = isolatedHome(t)
    const asked: string[] = []
    for (const host of [true, false]) {
      const identity = {user: true, host, script: true, rotate: 'year'}
      const {project} = projectOnDisk(home.home, 'http://127.0.0.1:9', {project: `hosts-${host}`, identity})
      const machineId = () => String(asked.push(project.project))
      recordOn(home, project, {machineId})
      await readSendContext(realWorld({environment: home.environment, machineId}), project)
    }
    assert.deepEqual(asked, ['hosts-true', 'hosts-true', 'hosts-true'])
  })

  it('has CI as one id a vendor, and as no user, host or script', async t => {
    const {collector, projects} = await collecting(t, ['demo'])
    const homes = [1, 2].map(() => person(t, projects, {CI: 'true', GITHUB_ACTIONS: 'true'}))
    for (const home of homes) await use(home, projects[0]!.project)
    const stats = await collector.stats('demo')
    assert.deepEqual([stats.users.total, stats.runs!.total, stats.quality.ciRuns], [0, 2, 2])
    const ci = homes.flatMap(home => reportsOf(home, 'demo').map(({header}) => header.ci))
    assert.deepEqual([...new Set(ci)], ['github_actions'])
    assert.deepEqual(
      homes.flatMap(home => pseudonymsOf(home, 'demo')),
      [],
    )
  })
})

describe('who may not be a person', {concurrency: 2}, () => {
  it('is a user of an empty home: each container is one, until the home stays for another run', async t => {
    const {collector, projects} = await collecting(t, ['demo'])
    const {project} = projects[0]!
    const homes = [1, 2, 3, 4, 5].map(() => person(t, projects))
    for (const home of homes) await use(home, project)
    const {users, uncertainUsers} = await collector.stats('demo')
    assert.equal(users.total, 5)
    assert.deepEqual(uncertainUsers, [{kind: 'only-new-homes', users: 5, usersLow: 5, usersHigh: 5}])
    ageSecret(homes[0]!)
    await use(homes[0]!, project)
    const later = await collector.stats('demo')
    assert.deepEqual([later.users.total, later.uncertainUsers[0]?.users], [5, 4])
  })

  it('is no second user where a clock was wrong: the run stays, and who ran it is unknown', async t => {
    const {collector, projects} = await collecting(t, ['demo'])
    const {project} = projects[0]!
    const home = person(t, projects)
    const start = Date.now()
    const wrong = [Date.parse('1970-01-03T00:00:00Z'), start + 366 * 86_400_000, start]
    for (const atMs of wrong) {
      const {reporter, recordRun, flush} = personHere(home, project, {now: () => atMs + Date.now() - start})
      reporter.noticeShown()
      recordRun()
      assert.deepEqual([(await flush()).sent, atMs], [3, atMs])
    }
    const {users, runs, quality} = await collector.stats('demo')
    assert.deepEqual([runs?.total, users.low, users.runsWithUser, users.runsWithoutUser], [3, 1, 1, 2])
    assert.equal(quality.wrongPeriods, 6)
  })
})

describe('what cannot be joined', {concurrency: 2}, () => {
  it('are the ids of one person in two projects, at one collector', async t => {
    const {collector, projects} = await collecting(t, ['demo', 'other'])
    const home = person(t, projects)
    for (const {project} of projects) await use(home, project)
    const [demo, other] = ['demo', 'other'].map(project => pseudonymsOf(home, project)) as [string[], string[]]
    assert.deepEqual([demo.length, other.length], [3, 3])
    assert.deepEqual(
      demo.filter(id => other.includes(id)),
      [],
    )
    for (const project of ['demo', 'other'])
      assert.deepEqual(await counted(collector, project), {users: 1, hosts: 1, runs: 1})
  })
})
