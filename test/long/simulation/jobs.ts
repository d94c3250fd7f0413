import type {Environment} from '../../../src/reporter/world/environment.ts'
import type {Caller} from '../../../src/reporter/world/processes.ts'
import type {Dice} from './dice.ts'
import type {Host} from './host.ts'
import type {Made} from './made.ts'
import type {Invocation, Person} from './person.ts'
import {featuresInUse} from './projects.ts'
import {record} from './recording.ts'
import {sendIfDue} from './senders.ts'
import type {Universe} from './universe.ts'

const init: Caller = {pid: 1, startTime: '1', isSessionLeader: true}

/** A script that runs once: it says start, uses features, and ends in one way or another, or is killed. */
export interface Job {
  readonly person: Person
  readonly host: Host
  readonly project: string
  readonly environment: Environment
  readonly script: Caller
  readonly parent: Job | null
  readonly path: string
  readonly version: string
  readonly bootId: string
  /** Troubles that befall its processes: killed, or a disk that refuses. */
  readonly trouble: number
  /** The script that it called, if any. */
  child: Job | null
  /** Its run; a script that said start twice has two, of which pairing takes the newer by the clock. */
  run: string | null
  readonly earlierRuns: (string | null)[]
}

export function makeJob(
  dice: Dice,
  parts: Pick<Job, 'person' | 'host' | 'project' | 'environment' | 'parent' | 'trouble'>,
): Job {
  const {host, person} = parts
  const script = host.spawn()
  const path = `/home/S3CRET-${person.name}/run${dice.below(4)}.sh`
  const version = dice.pick(['1.0', '1.1', '2.0'])
  const job: Job = {...parts, script, path, version, bootId: host.bootId, child: null, run: null, earlierRuns: []}
  if (job.parent !== null) job.parent.child = job
  return job
}

/** One process of a job, called in one of the ways in which shells call. */
export function invoke(dice: Dice, job: Job, way: 'script' | 'exec' | 'subshell' = 'script'): Invocation {
  const {host, script, parent, person, environment} = job
  const above: Caller[] = []
  for (let one = parent; one !== null; one = one.parent) above.push(one.script)
  const own = way === 'exec' ? [script] : [host.spawn(), ...(way === 'subshell' ? [host.spawn()] : []), script]
  return {person, host, environment, callers: [...own, ...above, init], dice: dice.fork()}
}

const wayOf = (dice: Dice) => dice.pick(['script', 'script', 'exec', 'subshell'] as const)

/** Named steps until a process is killed, or null. */
const stepsToLive = (dice: Dice, share: number): number | null => (dice.chance(share) ? dice.below(4) : null)

export async function startJob(universe: Universe, job: Job): Promise<void> {
  const {dice} = universe
  const values: Record<string, number | string | boolean> = {}
  if (dice.chance(0.6)) values['workers'] = dice.below(65)
  if (job.project === 'alpha' && dice.chance(0.3)) values['threads'] = dice.below(1000)
  if (job.project === 'alpha' && dice.chance(0.4)) values['mode'] = dice.pick(['local', 'remote'])
  const what = {type: 'start', repeat: 0, script: dice.chance(0.9) ? job.path : null} as const
  const invocation = invoke(dice, job)
  if (job.run !== null) job.earlierRuns.push(job.run)
  job.run = await record(
    universe,
    invocation,
    {what, values, version: job.version, ...troubles(dice, job)},
    job.person.projectFile(job.project),
  )
  await sendIfDue(universe, invocation, job.project, 'start')
}

const troubles = (dice: Dice, job: Job) => ({
  stepsToLive: stepsToLive(dice, job.trouble),
  doesDiskRefuse: dice.chance(job.trouble / 2),
})

export async function useFeature(universe: Universe, job: Job): Promise<void> {
  if (job.bootId !== job.host.bootId) return
  const {dice} = universe
  const [featureType, name] = dice.pick(featuresInUse[job.project]!)
  const what: Made['what'] = {
    ...{type: 'feature', featureType, name},
    durationSeconds: dice.chance(0.5) ? dice.below(8000) / 8 : null,
    count: dice.chance(0.2) ? dice.between(2, 50) : 1,
    internal: dice.chance(0.3),
  }
  const values = job.project === 'alpha' && dice.chance(0.4) ? {depth: dice.below(9)} : {}
  const way = wayOf(dice)
  const invocation = invoke(dice, job, way)
  const near = {nearRuns: runsNear(job), isCalledByScript: way !== 'subshell'}
  const wish = {what, values, version: job.version, ...near, ...troubles(dice, job)}
  await record(universe, invocation, wish, job.person.projectFile(job.project))
  await sendIfDue(universe, invocation, job.project, 'feature')
}

/** How a run ends: most go well. */
function ending(dice: Dice): Pick<Extract<Made['what'], {type: 'end'}>, 'exitCode' | 'signal'> {
  const luck = dice.below(100)
  if (luck < 70) return {exitCode: 0, signal: null}
  if (luck < 88) return {exitCode: dice.pick([1, 1, 1, 2, 3, 139]), signal: null}
  if (luck < 95) return {exitCode: null, signal: dice.pick(['SIGTERM', 'SIGKILL', 'SIGSEGV'])}
  return {exitCode: null, signal: null}
}

/** The job ends and says so; a job whose machine was booted anew since is gone, unless another names its run. */
export async function endJob(universe: Universe, job: Job): Promise<void> {
  const {dice} = universe
  const isNamed = job.run !== null && dice.chance(0.25)
  if (job.bootId !== job.host.bootId && !isNamed) return
  const host = isNamed && dice.chance(0.3) ? dice.pick(job.person.hosts) : job.host
  const values = dice.chance(0.5) ? {workers: dice.below(65)} : {}
  const cached = job.project === 'alpha' && dice.chance(0.3) ? {cached: dice.chance(0.5)} : {}
  const at = host === job.host ? job : {...job, host, script: host.spawn(), parent: null}
  const way = wayOf(dice)
  const invocation = invoke(dice, at, way)
  await record(
    universe,
    invocation,
    {
      what: {type: 'end', durationSeconds: null, ...ending(dice)},
      values: {...values, ...cached},
      version: job.version,
      ...(isNamed ? {namedRun: job.run} : {nearRuns: runsNear(job), isCalledByScript: way !== 'subshell'}),
      ...troubles(dice, job),
    },
    job.person.projectFile(job.project),
  )
  await sendIfDue(universe, invocation, job.project, 'end')
}

/** Runs that share a process with a job, the nearest first: its own, those of scripts that it called, those above it. */
function runsNear(job: Job): (string | null)[][] {
  const below: (string | null)[][] = []
  for (let one = job.child; one !== null; one = one.child) below.push(ownRuns(one))
  return [ownRuns(job), ...below, ...(job.parent === null ? [] : runsNear(job.parent))]
}

const ownRuns = ({run, earlierRuns}: Job): (string | null)[] => [run, ...earlierRuns]
