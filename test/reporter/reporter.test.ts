import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {describe, it, type TestContext} from 'node:test'
import {parseReport} from '../../src/protocol/report/report.ts'
import {openNotice} from '../../src/reporter/consent/notice.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {listRuns} from '../../src/reporter/destination/open-runs.ts'
import {readSent} from '../../src/reporter/destination/sent-log.ts'
import {findSecret} from '../../src/reporter/identity/secret.ts'
import {createReporter, type ReporterOptions} from '../../src/reporter/reporter.ts'
import {httpTransport} from '../../src/reporter/transports/http.ts'
import {makeDirectory} from '../../src/reporter/world/files.ts'
import {answeringServer, reportOf} from '../support/answering-server.ts'
import {makeProject} from '../support/make-project.ts'
import {makeWorld} from '../support/make-world.ts'
import {moduleUrl, runTogether} from '../support/run-module.ts'
import {sendersOf, until} from '../support/senders-of.ts'
import {readTree} from '../support/tree.ts'
import {waitingEvents} from '../support/waiting-events.ts'
import {assertNothingLost} from '../support/where-events-are.ts'

function makeScene(
  t: TestContext,
  changes: Readonly<Record<string, unknown>> = {},
  options: Partial<ReporterOptions> = {},
) {
  const world = makeWorld(t)
  const project = makeProject(changes)
  const destination = destinationOf(world.stateDirectory, project)
  return {world, project, destination, reporter: createReporter({project, world, ...options})}
}

const load = {name: 'Load.v1', type: 'Algorithm'}

describe('a reporter', () => {
  it('reads and writes nothing when it is made or asked', t => {
    const {world, reporter} = makeScene(t)
    assert.equal(reporter.consent.reason, 'allowed')
    assert.notEqual(reporter.notice, null)
    assert.equal(reporter.sendInBackground('start'), false)
    assert.deepEqual(readTree(world.directory), {})
  })

  it('makes the secret with the notice, and not before', t => {
    const {world, reporter} = makeScene(t)
    reporter.start()
    assert.equal(findSecret(world.stateDirectory), null)
    assert.equal(reporter.noticeShown(), true)
    assert.match(findSecret(world.stateDirectory) ?? '', /^[0-9a-f]{64}$/)
  })

  it('says a start again for a run that lives on: the same run and program, another event, still open', t => {
    const {world, destination, reporter} = makeScene(t, {}, {version: '6.9.0'})
    const started = reporter.start({script: '/home/ada/job.sh'})
    const run = started.kind === 'recorded' ? (started.run ?? '') : ''
    reporter.repeatStart({run, repeat: 2, script: '/home/ada/job.sh'})
    const said = (repeat: number) =>
      waitingEvents(world.stateDirectory).find(event => event.type === 'start' && event.repeat === repeat)
    const [first, again] = [said(0), said(2)]
    assert.equal(again?.run, run)
    assert.deepEqual([again?.header, again?.local?.script], [first?.header, first?.local?.script])
    assert.notEqual(again?.id, first?.id)
    assert.deepEqual(listRuns(destination.paths.runs), [run])
  })

  it('says of the program what it was told, and of the project the rest', t => {
    const {world, reporter} = makeScene(
      t,
      {application: 'from-project'},
      {version: '6.9.0', commit: 'a2c602f', component: 'gui'},
    )
    world.environment = {SLURM_JOB_ID: '7'}
    reporter.start()
    const header = waitingEvents(world.stateDirectory)[0]?.header
    const {application, version, commit, component, ci, scheduler} = header!
    assert.deepEqual(
      {application, version, commit, component, ci, scheduler},
      {
        application: 'from-project',
        version: '6.9.0',
        commit: 'a2c602f',
        component: 'gui',
        ci: null,
        scheduler: 'slurm',
      },
    )
    assert.equal(header?.os?.arch, process.arch)
  })

  it('prefers the name that the program gives itself', t => {
    const {world, reporter} = makeScene(t, {application: 'from-project'}, {application: 'own'})
    reporter.start()
    assert.equal(waitingEvents(world.stateDirectory)[0]?.header?.application, 'own')
  })

  it('records, sends and settles a whole run', async t => {
    const server = await answeringServer(t)
    const {world, destination, reporter} = makeScene(t, {endpoint: {http: server.url}}, {transport: httpTransport({})})
    const outcomes = [reporter.start({script: '/a.sh'}), reporter.feature(load), reporter.end({exitCode: 0})]
    openNotice(destination)
    assert.equal((await reporter.flush({waitSeconds: 20})).sent, 3)
    const reports = server.requests.map(reportOf)
    assert.equal(reports.length, 1)
    const parsed = parseReport(reports[0])
    assert.ok(parsed.ok && parsed.value.rejected.length === 0)
    const runs = new Set(reports[0]!.events.map(({run}) => run))
    assert.equal(runs.size, 1)
    assertNothingLost(
      world,
      destination,
      outcomes.map(outcome => (outcome.kind === 'recorded' ? outcome.id : '')),
    )
  })

  it('sends no secret of the machine, whatever is named after one', async t => {
    const server = await answeringServer(t)
    const world = makeWorld(t, {hostName: 'S3CRET-host'})
    const stateDirectory = `${world.directory}/S3CRET-user/state`
    const project = makeProject({endpoint: {http: server.url}})
    const reporter = createReporter({project, world: {...world, stateDirectory}, transport: httpTransport({})})
    world.environment = {HOME: '/home/S3CRET-user', TOKEN: 'S3CRET', USER: 'S3CRET'}
    reporter.start({script: '/home/S3CRET-user/S3CRET.sh', fields: {S3CRET: 'S3CRET'}})
    reporter.feature({...load, details: {S3CRET: 'S3CRET'}})
    reporter.feature({name: 'S3CRET', type: 'Algorithm'})
    reporter.end({exitCode: 1, fields: {executors: 'S3CRET'}})
    openNotice(destinationOf(stateDirectory, project))
    assert.equal((await reporter.flush({waitSeconds: 20})).sent, 3)
    for (const {body, headers} of server.requests) assert.doesNotMatch(body + JSON.stringify(headers), /S3CRET/)
  })

  it('never throws, even where nothing can be written', async t => {
    const {world, reporter} = makeScene(t)
    writeFileSync(world.stateDirectory, '')
    writeFileSync(world.configDirectory, '')
    for (const outcome of [reporter.start(), reporter.feature(load), reporter.end()])
      assert.deepEqual(outcome, {kind: 'declined', reason: 'settings-unreadable'})
    assert.equal(reporter.noticeShown(), false)
    assert.equal(reporter.sendInBackground('end'), false)
    assert.equal((await reporter.flush({waitSeconds: 1})).projects[0]?.reason, 'settings-unreadable')
  })
})

describe('sending in the background', () => {
  it('waits for the threshold after a feature, and for nothing after a start or an end', async t => {
    const server = await answeringServer(t)
    const {world, project, destination, reporter} = makeScene(t, {endpoint: {http: server.url}, flush: {threshold: 3}})
    makeDirectory(destination.directory)
    openNotice(destination)
    const [output] = await runTogether(
      1,
      `import {createReporter} from '${moduleUrl('reporter/reporter.ts')}'`,
      `const {stateDirectory, configDirectory, siteDirectory} = ${JSON.stringify(world)}
       const world = {stateDirectory, configDirectory, siteDirectory, environment: {}}
       const reporter = createReporter({project: ${JSON.stringify(project)}, world})
       const started = [1, 2, 3].map(() => {
         reporter.feature(${JSON.stringify(load)})
         return reporter.sendInBackground('feature')
       })
       process.stdout.write(JSON.stringify(started))`,
    )
    assert.deepEqual(JSON.parse(output!), [false, false, true])
    await until(() => sendersOf(destination).length === 0, 10)
    assert.equal(readSent(destination.paths.sent)[0]?.ids.length, 3)
    reporter.feature(load)
    assert.equal(reporter.sendInBackground('feature'), false)
  })
})

describe('the interval of a project', () => {
  it('is waited for after a feature, from the first event or the last report on', async t => {
    const server = await answeringServer(t)
    const changes = {endpoint: {http: server.url}, flush: {threshold: 100, intervalSeconds: 60}}
    const {world, destination, reporter} = makeScene(t, changes)
    makeDirectory(destination.directory)
    openNotice(destination)
    reporter.feature(load)
    world.pass(50)
    assert.equal(reporter.sendInBackground('feature'), false)
    world.pass(20)
    assert.equal(reporter.sendInBackground('feature'), true)
    await until(() => sendersOf(destination).length === 0 && readSent(destination.paths.sent).length === 1, 10)
  })
})

describe('an MPI job', () => {
  it('is counted once, by rank 0', t => {
    const {world, reporter, destination} = makeScene(t)
    for (const environment of [
      {OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '4'},
      {PMI_RANK: '63', PMI_SIZE: '64'},
      {SLURM_PROCID: '2', SLURM_STEP_ID: '0'},
    ]) {
      world.environment = environment
      for (const outcome of [reporter.start(), reporter.feature(load), reporter.end()])
        assert.deepEqual(outcome, {kind: 'silent', reason: 'mpi-rank'})
    }
    reporter.countWrongUse()
    assert.deepEqual(readTree(world.directory), {})
    world.environment = {OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_SIZE: '4', SLURM_PROCID: '5', SLURM_STEP_ID: '0'}
    assert.equal(reporter.start().kind, 'recorded')
    assert.equal(listRuns(destination.paths.runs).length, 1)
  })

  it('shows the notice and starts a sender by rank 0 alone, in CI too', t => {
    const {world, reporter} = makeScene(t)
    world.environment = {GITLAB_CI: 'true', CI: 'true', USAGE_SENDER: '1'}
    reporter.start()
    for (const [rank, isShown] of [
      ['0', true],
      ['1', false],
    ] as const) {
      world.environment = {GITLAB_CI: 'true', CI: 'true', PMI_RANK: rank, PMI_SIZE: '4'}
      assert.equal(reporter.notice !== null, isShown, rank)
    }
    assert.equal(reporter.sendInBackground('start'), false)
  })

  it('is counted by every rank where the project wants that', t => {
    const {world, reporter} = makeScene(t, {schedulers: {mpi: 'all'}})
    world.environment = {PMI_RANK: '3', PMI_SIZE: '4'}
    assert.equal(reporter.start().kind, 'recorded')
  })

  it('does not silence the tasks of an array, each of which is a run', t => {
    const {world, reporter, destination} = makeScene(t, {schedulers: {arrays: 'all'}})
    const tasks = [
      {SLURM_ARRAY_TASK_ID: '17', SLURM_JOB_ID: '7', SLURM_PROCID: '0'},
      {PBS_ARRAY_INDEX: '17', PBS_JOBID: '7[17].cluster'},
      {LSB_JOBINDEX: '17', LSB_JOBID: '7'},
      {SGE_TASK_ID: '17', JOB_ID: '7'},
    ]
    for (const environment of tasks) {
      world.environment = environment
      assert.equal(reporter.start().kind, 'recorded')
    }
    assert.equal(listRuns(destination.paths.runs).length, tasks.length)
  })
})
