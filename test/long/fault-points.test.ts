// The table of all steps has more than 300 lines, because it is one list that a reader wants to see whole.
import assert from 'node:assert/strict'
import {appendFileSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, describe, it, type TestContext} from 'node:test'
import {type FaultPoint, faultPoints} from '../../src/fault-points.ts'
import type {ErasureReceipt} from '../../src/protocol/report/erasure.ts'
import {limits} from '../../src/protocol/values/limits.ts'
import {pseudonymOf} from '../../src/protocol/values/pseudonym.ts'
import {writeEvents} from '../../src/reporter/destination/buffer.ts'
import {listFolder} from '../../src/reporter/destination/destination.ts'
import {keepForgetRequest} from '../../src/reporter/forget/forget-request.ts'
import {isForgetPending} from '../../src/reporter/forget/is-forget-pending.ts'
import type {Stats} from '../../src/stats/model/model.ts'
import {postTo} from '../collector/running-collector.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {makeFeature, makeStart, putStarts} from '../support/make-event.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {type RunningCollector, runningCollector} from '../support/running-collector.ts'
import {
  balanceOf,
  killingEnvironment,
  killSender,
  makeScene,
  passAMinute,
  type Scene,
  sumOf,
  wasKilled,
} from '../support/scene.ts'

/** What the collector and the machine must say in the end. What is not named is zero. */
interface Truth {
  /** Events, and lines that were damaged, that came to be on the machine. */
  readonly made: number
  readonly runs: number
  readonly ok?: number
  readonly features?: number
  /** Events that reached the store a second time. */
  readonly duplicates?: number
  /** Refusals that the collector gave; an event that is sent again is refused again. */
  readonly refusals?: number
  readonly sent: number
  readonly refused?: number
  readonly dropped?: Readonly<Record<string, number>>
}

interface Case {
  readonly point: FaultPoint
  /** The process that dies, and when. */
  readonly where: string
  /** Puts what is needed in place, and lets the process die. */
  readonly die: (scene: Scene) => Promise<void>
  /** What a person or a script does after it, before the next flush. */
  readonly goOn?: (scene: Scene) => Promise<unknown>
  readonly truth: Truth
}

/** A run with a feature: three events in three files. */
function recordRun({reporter}: Scene): void {
  const run = reporter.start()
  assert.ok(run.kind === 'recorded' && run.run !== null)
  reporter.feature({name: 'Load.v1', type: 'Algorithm', run: run.run})
  reporter.end({run: run.run, exitCode: 0})
}

const aRun: Truth = {made: 3, runs: 1, ok: 1, features: 1, sent: 3}

/** Runs a command that dies at the step. */
async function dieIn(scene: Scene, point: FaultPoint, args: readonly string[], nth = 1): Promise<void> {
  const environment = killingEnvironment(scene, {point, nth, victim: `run ${args[0]}`})
  const {signal, stderr} = await runUsage(scene.home, args, {environment})
  assert.equal(signal, 'SIGKILL', `${args.join(' ')} did not die: ${stderr}`)
  assert.ok(wasKilled(scene))
}

/** A command that dies while no sender may be started by it. */
function commandDies(point: FaultPoint, args: readonly string[], rest: Omit<Case, 'point' | 'where' | 'die'>): Case {
  const die = async (scene: Scene) => {
    if (args[0] !== 'start') await scene.usage(['start'])
    await dieIn(scene, point, args)
  }
  return {point, where: `usage ${args.join(' ')}`, die, ...rest}
}

/** A sender in the background that dies. By default it has a run of three events to send. */
function senderDies(
  point: FaultPoint,
  truth: Truth,
  {nth = 1, where = '', arrange = recordRun, goOn}: Partial<Arrangement> = {},
): Case {
  const die = async (scene: Scene) => {
    await arrange(scene)
    await killSender(scene, point, nth)
  }
  const place = `the sender${nth > 1 ? `, the ${nth}th time` : ''}${where}`
  return {point, where: place, die, truth, ...(goOn && {goOn})}
}

interface Arrangement {
  readonly nth: number
  readonly where: string
  readonly arrange: (scene: Scene) => void | Promise<void>
  readonly goOn: (scene: Scene) => Promise<unknown>
}

const end = ['end', '--exit-code', '0']
const feature = ['feature', 'Load.v1', '--type', 'Algorithm']
const endOf = (scene: Scene) => scene.usage(end)

const recording: readonly Case[] = [
  commandDies('run: after the run is open', ['start'], {
    // The run is open, so its end is known by its run; the start never was on disk.
    goOn: endOf,
    truth: {made: 1, runs: 1, ok: 1, sent: 1},
  }),
  commandDies('buffer: before the event is renamed', ['start'], {
    goOn: endOf,
    truth: {made: 1, runs: 1, ok: 1, sent: 1},
  }),
  commandDies('buffer: after the event is renamed', ['start'], {
    goOn: endOf,
    truth: {made: 2, runs: 1, ok: 1, sent: 2},
  }),
  commandDies('buffer: before the event is renamed', feature, {goOn: endOf, truth: {made: 2, runs: 1, ok: 1, sent: 2}}),
  commandDies('buffer: after the event is renamed', feature, {
    goOn: endOf,
    truth: {made: 3, runs: 1, ok: 1, features: 1, sent: 3},
  }),
  commandDies('buffer: before the event is renamed', end, {goOn: endOf, truth: {made: 2, runs: 1, ok: 1, sent: 2}}),
  // The end is recorded and its run still open: the script's next end belongs to the same run, and is known there.
  commandDies('run: before the run is closed', end, {
    goOn: endOf,
    truth: {made: 3, runs: 1, ok: 1, duplicates: 1, sent: 3},
  }),
  commandDies('drop: counted', ['feature', 'Undeclared.v1'], {
    truth: {made: 2, runs: 1, sent: 1, dropped: {'undeclared-feature': 1}},
  }),
  ...(['drop: taken out of the buffer', 'drop: counted'] as const).map(point =>
    commandDies(point, ['optout'], {
      goOn: async scene => {
        // Nothing from before may leave after this yes, nor be dropped for another reason as well.
        await scene.usage(['optin'])
        await scene.usage(['start'])
      },
      truth: {made: 2, runs: 1, sent: 1, dropped: {'opted-out': 1}},
    }),
  ),
  commandDies('lock: taken', ['start'], {truth: {made: 1, runs: 1, sent: 1}}),
]

/** Features that this project declares and the collector's does not. A name with a slash never waits for its declaration. */
const recordRefused = (count: number) => (scene: Scene) => {
  for (let made = 0; made < count; made++) scene.reporter.feature({name: 'Unknown/v1', type: 'Algorithm'})
}

const dropMany = (count: number) => (scene: Scene) => {
  for (let made = 0; made < count; made++) scene.reporter.feature({name: 'Undeclared.v1', type: 'Algorithm'})
  recordRun(scene)
}

function putDamagedFile({destination: {paths}}: Scene): void {
  mkdirSync(paths.waiting, {recursive: true})
  const path = join(paths.waiting, '0-damaged.json')
  writeFileSync(path, '{"hello": "world"}\n')
  utimesSync(path, 0, 0)
}

/** A line that is no event in a file with one that is. */
function putDamagedLine({destination: {paths}}: Scene): void {
  const [name = ''] = readdirSync(paths.waiting)
  appendFileSync(join(paths.waiting, name), '{"format":1,"id":"\n')
}

/** As many files as the quota has and one more, the oldest first. */
function fillOverQuota(scene: Scene): void {
  recordRun(scene)
  // Ids of one millisecond are in no order: the run has to be the oldest.
  for (const recordedAt = Date.now(); Date.now() === recordedAt; );
  putStarts(scene.world, scene.destination, limits.maxBufferFiles - 2)
}

/** Lets a first sender die with everything claimed: the next one gives back what that had. */
async function leaveStaleClaim(scene: Scene): Promise<void> {
  recordRun(scene)
  await killSender(scene, 'claim: all files moved', 1)
  passAMinute(scene)
}

/** A foreign writer declares nothing. */
const writeForeignFields = (scene: Scene): void => {
  writeEvents(scene.destination.paths, [makeStart(scene.world, {fields: {executors: 2, colour: 'red', size: 1}})])
}
const writeForeignFeature = (scene: Scene): void => {
  recordRun(scene)
  writeEvents(scene.destination.paths, [makeFeature(scene.world, {name: 'Undeclared.v1'})])
}

const sending: readonly Case[] = [
  senderDies('sender: started', aRun),
  {
    point: 'lock: a stale one removed',
    where: 'usage flush --background, after a sender that died',
    die: async scene => {
      recordRun(scene)
      await killSender(scene, 'sender: started', 1)
      passAMinute(scene)
      await dieIn(scene, 'lock: a stale one removed', ['flush', '--background'])
    },
    truth: aRun,
  },
  senderDies('housekeeping: tidied', aRun),
  senderDies('claim: made', aRun),
  senderDies('claim: one file moved', aRun, {nth: 2}),
  senderDies('claim: all files moved', aRun),
  senderDies('report: before it is posted', aRun),
  senderDies('report: answered', {...aRun, duplicates: 3}),
  senderDies('report: logged', {...aRun, duplicates: 3}),
  senderDies('report: settled in one file', {...aRun, duplicates: 1}, {nth: 2}),
  senderDies('report: settled', aRun),
  senderDies('claim: before it is given back', aRun),
  senderDies('lock: before it is given back', aRun),
  senderDies('claim: one file given back', aRun, {
    nth: 2,
    where: ', giving back what a dead one had',
    arrange: leaveStaleClaim,
  }),
  senderDies(
    'report: one refusal kept',
    {made: 5, runs: 1, ok: 1, features: 1, duplicates: 3, refusals: 4, sent: 3, refused: 2},
    {
      arrange: scene => {
        recordRun(scene)
        recordRefused(2)(scene)
      },
    },
  ),
  senderDies(
    'file: damaged and counted',
    {...aRun, made: 4, dropped: {damaged: 1}},
    {
      arrange: scene => {
        recordRun(scene)
        putDamagedFile(scene)
      },
    },
  ),
  ...(['file: damaged and counted', 'file: damaged lines set aside'] as const).map(point =>
    senderDies(
      point,
      {...aRun, made: 4, dropped: {damaged: 1}},
      {
        where: ', of a line in a file with events',
        arrange: scene => {
          recordRun(scene)
          putDamagedLine(scene)
        },
      },
    ),
  ),
  senderDies(
    'drop: counted',
    {made: 1, runs: 1, duplicates: 1, sent: 1, dropped: {'undeclared-field': 2}},
    {where: ', of the fields of a foreign writer', arrange: writeForeignFields},
  ),
  senderDies(
    'drop: counted',
    {...aRun, made: 4, dropped: {'undeclared-feature': 1}},
    {where: ', of the feature of a foreign writer', arrange: writeForeignFeature},
  ),
  // The oldest 3 are the run with its feature; the starts that follow have no end. After the kill nothing is over the
  // quota any more: what has been dropped stays dropped all the same.
  senderDies(
    'drop: taken out of the buffer',
    {
      made: limits.maxBufferFiles + 1,
      runs: limits.maxBufferFiles - 2,
      sent: limits.maxBufferFiles - 2,
      dropped: {quota: 3},
    },
    {nth: 3, where: ', of what is over the quota', arrange: fillOverQuota},
  ),
  senderDies(
    'drop: counted',
    {
      made: limits.maxBufferFiles + 1,
      runs: limits.maxBufferFiles - 2,
      sent: limits.maxBufferFiles - 2,
      dropped: {quota: 3},
    },
    {nth: 3, where: ', of what is over the quota', arrange: fillOverQuota},
  ),
  senderDies(
    'compaction: summed up',
    {...aRun, made: 404, dropped: {'undeclared-feature': 401}},
    {where: ', of drops', arrange: dropMany(401)},
  ),
  senderDies(
    'compaction: summed up',
    {...aRun, made: 204, refusals: 201, refused: 201},
    {
      where: ', of refused events',
      arrange: async scene => {
        recordRefused(201)(scene)
        await scene.flush()
        recordRun(scene)
      },
    },
  ),
]

/** A run that was sent; the person has asked to be forgotten since, and has started another run. */
async function askAfterSending(scene: Scene): Promise<void> {
  recordRun(scene)
  await scene.flush()
  keepForgetRequest(scene.world, scene.destination)
  scene.reporter.start()
}
const forget = (scene: Scene) => scene.usage(['forget'])
const forgottenBeforeStart: Truth = {made: 4, runs: 1, sent: 4}

const forgetting: readonly Case[] = [
  {
    point: 'forget: asked',
    where: 'usage forget, after a run was sent and another one began',
    die: async scene => {
      recordRun(scene)
      await scene.flush()
      await scene.usage(['start'])
      await dieIn(scene, 'forget: asked', ['forget'])
    },
    goOn: forget,
    truth: {made: 4, runs: 0, sent: 3, dropped: {forgotten: 1}},
  },
  ...(['drop: taken out of the buffer', 'drop: counted'] as const).map(point =>
    commandDies(point, ['forget'], {goOn: forget, truth: {made: 1, runs: 0, sent: 0, dropped: {forgotten: 1}}}),
  ),
  senderDies('forget: period marked', aRun),
  // What was recorded after the person asked leaves under a new id, once the old one is erased.
  ...(['forget: answered', 'forget: receipt kept', 'forget: periods removed'] as const).map(point =>
    senderDies(point, forgottenBeforeStart, {arrange: askAfterSending}),
  ),
]

/** Asserts that the collector's answers and the machine's are the truth, to the event. */
async function assertTruth(
  t: TestContext,
  one: Pick<Case, 'point' | 'where' | 'truth'>,
  scene: Scene,
  collector: RunningCollector,
): Promise<void> {
  const {truth} = one
  const {project} = scene.destination.project
  const [stats, status] = [await collector.stats(project), scene.status()]
  const zero = Object.fromEntries(Object.keys(status.dropped).map(reason => [reason, 0]))
  const balance = balanceOf(status)
  const line = `${one.point} — ${one.where}: ${describeStats(stats)}; ${JSON.stringify(balance)}`
  t.diagnostic(line)
  assert.deepEqual(
    {
      runs: stats.runs!.total,
      ok: stats.outcomes!.ok,
      features: stats.features.reduce((sum, {count}) => sum + count, 0),
      duplicates: stats.quality.duplicates,
      refusals: stats.quality.refused,
      unpaired: stats.quality.unpaired,
    },
    {
      runs: truth.runs,
      ok: truth.ok ?? 0,
      features: truth.features ?? 0,
      duplicates: truth.duplicates ?? 0,
      refusals: truth.refusals ?? 0,
      unpaired: 0,
    },
  )
  assert.deepEqual(status.dropped, {...zero, ...truth.dropped})
  assert.deepEqual([balance.sent, balance.waiting, balance.refused], [truth.sent, 0, truth.refused ?? 0])
  assert.equal(sumOf(balance), truth.made)
  assert.equal(isForgetPending(scene.destination.paths), false)
  const {waiting, sending, dropping} = scene.destination.paths
  // What a killed writer had not finished has a temporary name for an hour: it never was an event.
  const left = [waiting, sending, dropping].flatMap(listFolder).filter(name => !name.endsWith('.tmp'))
  assert.deepEqual(left, [])
}

const describeStats = ({runs, outcomes, features, quality}: Stats): string =>
  `${runs!.total} runs (${outcomes!.ok} ok), ${features!.reduce((sum, {count}) => sum + count, 0)} features, ` +
  `${quality.duplicates} duplicates, ${quality.refused} refusals`

/** What the machine's project declares; the collector's does not know the last feature. */
const features = (...names: string[]) => ({types: ['Algorithm', 'Feature'], names: ['Load.v1', ...names], details: {}})

/** What several tests share lives until its end is called: a hook's own would be that of the hook. */
function lifetime(): {t: Pick<TestContext, 'after'>; end: () => Promise<void>} {
  const ends: (() => unknown)[] = []
  return {
    t: {after: (end?: unknown) => void ends.unshift(end as () => unknown)},
    async end() {
      for (const end of ends) await end()
    },
  }
}

const hit = new Set<FaultPoint>()

describe('killed at a step', {concurrency: 2}, () => {
  const cases = [...recording, ...sending, ...forgetting]
  const projectOf = (index: number) => `step-${index}`
  let collector: RunningCollector
  const {t: everyCase, end} = lifetime()
  after(end)
  before(async () => {
    const host = isolatedHome(everyCase)
    const projects = cases.map((_case, index) => {
      const changes = {project: projectOf(index), features: features()}
      return projectOnDisk(host.home, 'http://127.0.0.1:9', changes).project
    })
    collector = await runningCollector(everyCase, host, projects)
  })

  for (const [index, one] of cases.entries())
    it(`loses nothing and counts nothing twice: ${one.point} — ${one.where}`, async t => {
      const changes = {project: projectOf(index), features: features('Unknown/v1')}
      const scene = makeScene(t, collector.http, changes)
      await one.die(scene)
      hit.add(one.point)
      await one.goOn?.(scene)
      passAMinute(scene)
      await scene.flush()
      await assertTruth(t, one, scene, collector)
    })
})

describe('a collector that is killed at a step', {concurrency: 2}, () => {
  const steps: readonly (readonly [point: FaultPoint, duplicates: number])[] = [
    ['collector: a report admitted', 0],
    ['collector: events inserted', 0],
    ['collector: events committed', 3],
    ['collector: before the answer', 3],
  ]
  for (const [point, duplicates] of steps)
    it(`has everything once when it is back: ${point}`, async t => {
      const host = isolatedHome(t)
      const {project} = projectOnDisk(host.home, 'http://127.0.0.1:9')
      const kill = killingEnvironment({home: host}, {point, nth: 1, victim: 'run collect'})
      const fragile = {...host, environment: {...host.environment, ...kill}}
      const killed = await runningCollector(t, fragile, [project])
      const scene = makeScene(t, killed.http)
      recordRun(scene)
      const flushed = await scene.flush()
      assert.deepEqual([flushed.kept, flushed.projects[0]?.reason], [3, 'offline'])
      assert.equal(await killed.ended, 'SIGKILL')
      assert.ok(wasKilled({home: host}))
      hit.add(point)
      const collector = await runningCollector(t, host, [project], new URL(killed.http).host)
      assert.equal((await scene.flush()).sent, 3)
      const one = {point, where: 'usage collect', truth: {...aRun, duplicates}}
      await assertTruth(t, one, scene, collector)
    })
})

describe('a collector that is killed while it erases', {concurrency: 2}, () => {
  // The rows that the first try has found already, and whether the files still have them when the collector is back.
  const steps: readonly (readonly [point: FaultPoint, isErased: boolean])[] = [
    ['collector: rows to erase found', false],
    ['collector: rows erased', false],
    ['collector: erasure committed', true],
    ['collector: before the receipt', true],
  ]
  const key = '5e'.repeat(32)
  const user = pseudonymOf(Buffer.from(key, 'hex'))
  const hasTrace = (data: string) =>
    readdirSync(data, {recursive: true, withFileTypes: true}).some(
      file => file.isFile() && readFileSync(join(file.parentPath, file.name)).includes(user),
    )

  for (const [point, isErased] of steps)
    it(`has erased all or nothing when it is back, and all with the receipt: ${point}`, async t => {
      const host = isolatedHome(t)
      const {project} = projectOnDisk(host.home, 'http://127.0.0.1:9')
      const kill = killingEnvironment({home: host}, {point, nth: 1, victim: 'run collect'})
      const fragile = {...host, environment: {...host.environment, ...kill}}
      const killed = await runningCollector(t, fragile, [project])
      const time = new Date().toISOString()
      const id = '0199aaaa-7200-7000-8000-000000000001'
      const start = {id, type: 'start', run: id, time}
      const client = {name: 'test', version: '1'}
      const report = {protocol: 1, project: project.project, client, header: {user}, events: [start]}
      const request = {protocol: 1, id, keys: [key]}
      const path = `/v1/projects/${project.project}/erasures`
      assert.equal((await postTo(killed.http, '/v1/reports', report)).status, 200)
      await assert.rejects(postTo(killed.http, path, request))
      assert.equal(await killed.ended, 'SIGKILL')
      assert.ok(wasKilled({home: host}))
      hit.add(point)
      const collector = await runningCollector(t, host, [project], new URL(killed.http).host)
      assert.equal(hasTrace(collector.data), !isErased)
      assert.equal((await collector.stats(project.project)).runs!.total, isErased ? 0 : 1)
      const {body} = await postTo(collector.http, path, request)
      assert.deepEqual([(body as ErasureReceipt).receipt, (body as ErasureReceipt).runs], [id, 1])
      assert.equal(hasTrace(collector.data), false)
      const {runs, quality} = await collector.stats(project.project)
      assert.deepEqual([runs!.total, quality.erased], [0, {runs: 1, features: 0}])
    })
})

it('reaches every step of the list', t => {
  t.diagnostic(`${hit.size} steps`)
  assert.deepEqual(
    // Those of a folder of reports are reached in test/e2e/inbox.test.ts, those of a purge in test/long/purge-killed.test.ts,
    // those of the end of a project in test/long/erase.test.ts, those of backups in test/long/backup.test.ts, those of a
    // spool in test/long/spool-killed.test.ts, those of shards in test/clickhouse/killed.test.ts.
    faultPoints.filter(
      point =>
        !hit.has(point) &&
        !/^(?:folder|inbox|backup|restore|update|spool|shards): |a (?:month|project) |headers swept/.test(point),
    ),
    [],
  )
})
