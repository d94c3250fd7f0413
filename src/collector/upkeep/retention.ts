/**
 * Room `upkeep`: what a collector does to its store between reports.
 *
 * Retention replaces single runs and features by totals when their time is over: one month at a time, oldest first, each in
 * one transaction, so a kill leaves whole months. Erasure deletes everything of one person. Reading ahead prepares the first
 * answer. All of it runs in the process that writes the store.
 * Read next: `purge-store.ts` for a purge without a collector, `erase.ts`.
 */
import type {ProjectFile} from '../../protocol/project-file.ts'
import type {Store} from '../store/store.ts'

const dayMs = 86_400_000
/** Reports may come 30 days late; after these a month or a year does not change any more. */
export const closedAfterDays = 35
/** A limit of so many days leaves the time to count a whole year before its first month goes. */
const yearDays = 365

/** What is kept singly for a time, and then as totals. */
export const purgeable = ['features', 'runs'] as const
export type Purgeable = (typeof purgeable)[number]

/** One month whose single uses of features, or single runs, go or would go. */
export interface PurgeStep {
  readonly project: string
  readonly what: Purgeable
  /** `YYYY-MM`. */
  readonly month: string
  /** Feature events of the month that go. */
  readonly events: number
  /** Runs of the month that go. */
  readonly runs: number
}

export interface PurgeOptions {
  readonly nowMs: number
  /** A time such as `1y` in the place of each project's own limit. */
  readonly olderThan?: string | null
  /** Only these; all if nothing is said. */
  readonly only?: Purgeable | null
  /** Only tell what would go. */
  readonly dryRun?: boolean
}

type Purging = Pick<
  Store,
  'featureMonths' | 'purgeFeatures' | 'oldestRunMonth' | 'countRuns' | 'purgeRuns' | 'sweepHeaders'
>

/**
 * Replaces single uses of features and single runs that are older than their project wants to keep by totals, a month at
 * a time and the oldest first, and yields each month when it is done. Ending early leaves the rest for the next time, but
 * no header that only the rows of these months had. Those that a purge left which was killed go as well.
 */
export async function* purge(
  store: Purging,
  projects: Iterable<ProjectFile>,
  options: PurgeOptions,
): AsyncGenerator<PurgeStep> {
  const {only = null, dryRun = false} = options
  for (const project of projects) {
    try {
      for (const steps of [purgeFeatures, purgeRuns])
        if (only === null || steps === stepsOf[only]) yield* steps(store, project, options)
    } finally {
      if (!dryRun) await store.sweepHeaders(project.project)
    }
  }
}

async function* purgeFeatures(
  store: Purging,
  {project, retention}: ProjectFile,
  {nowMs, olderThan, dryRun = false}: PurgeOptions,
): AsyncGenerator<PurgeStep> {
  const limit = olderThan ?? retention.features
  for (const {month, events} of await store.featureMonths(project, nowMs)) {
    if (!isDue(month, limit, nowMs)) break
    if (!dryRun) await store.purgeFeatures(project, month, keepsYears(limit))
    yield {project, what: 'features', month, events, runs: 0}
  }
}

/** A month waits while one of its runs, or of its year if that is to be counted, still runs; and so do later ones. */
async function* purgeRuns(
  store: Purging,
  file: ProjectFile,
  {nowMs, olderThan, dryRun = false}: PurgeOptions,
): AsyncGenerator<PurgeStep> {
  const {project, retention} = file
  const limit = olderThan ?? retention.runs
  const lostBeforeMs = nowMs - file.lostAfterHours * 3_600_000
  let month = await store.oldestRunMonth(project)
  for (; month !== null && isDue(month, limit, nowMs); month = monthAfter(month)) {
    const {runs} = await store.countRuns(project, month, lostBeforeMs)
    const {running} = await store.countRuns(project, keepsYears(limit) ? month.slice(0, 4) : month, lostBeforeMs)
    if (running > 0) break
    if (!dryRun) await store.purgeRuns(file, month, keepsYears(limit), nowMs)
    yield {project, what: 'runs', month, events: 0, runs}
  }
}

const stepsOf = {features: purgeFeatures, runs: purgeRuns} as const

function monthAfter(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7)
}

/** Whether all of a month is older than a limit, and neither it nor, for long limits, its year can change any more. Pure. */
export function isDue(month: string, limit: string, nowMs: number): boolean {
  const [year, number] = month.split('-').map(Number) as [number, number]
  const endMs = Date.UTC(year, number, 1)
  const closedMs = (keepsYears(limit) ? Date.UTC(year + 1, 0, 1) : endMs) + closedAfterDays * dayMs
  return endMs <= cutOf(limit, nowMs) && closedMs <= nowMs
}

/** The instant a time such as `30d`, `8w`, `6m` or `1y` before another; the day of a month that has it not is its last. */
export function cutOf(time: string, nowMs: number): number {
  const count = Number(time.slice(0, -1))
  const unit = time.slice(-1)
  if (unit === 'd' || unit === 'w') return nowMs - count * (unit === 'w' ? 7 : 1) * dayMs
  const date = new Date(nowMs)
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() - count * (unit === 'y' ? 12 : 1)
  const [year, month] = [Math.floor(months / 12), months % 12]
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay)) + (nowMs % dayMs)
}

const keepsYears = (limit: string): boolean => cutOf(limit, 0) <= -yearDays * dayMs

export interface RetentionJob {
  /** Starts no other month; resolves when the one at work is done. */
  stop(): Promise<void>
}

/** How long after its start a collector purges first, and how often then. */
const schedule = {firstAfterMs: 60_000, everyMs: dayMs}

/**
 * Purges what is past its limit and notes the size, again and again, between the reports that come in.
 *
 * @param afterwards what is to be done after each turn, which neither the next turn nor a stop waits for. Never rejects
 */
export function startRetention(
  store: Parameters<typeof purge>[0] & Pick<Store, 'noteSize'>,
  projects: ReadonlyMap<string, ProjectFile>,
  now: () => number,
  {firstAfterMs, everyMs} = schedule,
  afterwards: () => Promise<void> = async () => {},
): RetentionJob {
  let isStopped = false
  let running: Promise<void> = Promise.resolve()
  const work = async (): Promise<void> => {
    await store.noteSize(now())
    for await (const _ of purge(store, projects.values(), {nowMs: now()})) {
      if (isStopped) return
      await new Promise(setImmediate)
    }
  }
  let isGoingOn = false
  const goOn = (): void => {
    if (isStopped || isGoingOn) return
    isGoingOn = true
    void afterwards().finally(() => {
      isGoingOn = false
    })
  }
  const turn = (): void => {
    // A store that fails says so to every report as well; the next turn tries again.
    running = work().catch(() => undefined)
    void running.then(() => {
      plan(everyMs)
      goOn()
    })
  }
  let timer: NodeJS.Timeout | undefined
  const plan = (afterMs: number): void => {
    if (isStopped) return
    timer = setTimeout(turn, afterMs)
    timer.unref()
  }
  plan(firstAfterMs)
  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await running
    },
  }
}
