/**
 * Room `upkeep`: the work of a collector on its store between reports.
 *
 * Retention replaces single runs and features that are older than their limit by totals. It purges one month at a time,
 * oldest first. A kill leaves whole months for the answers: see `../store/sqlite/purge/purge-features.ts`. Erasure deletes all data of a person.
 * All of it runs in the process that writes the store.
 * Read next: `purge-store.ts` for a purge without a collector, `erase.ts`.
 */
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {formatDay} from '../../stats/model/period.ts'
import {collectorLimits} from '../limits.ts'
import type {Monitor} from '../monitoring/monitor.ts'
import type {Store} from '../store/store.ts'

const dayMs = 86_400_000
/** Days after which a month or a year no longer changes: reports may be 30 days late. */
export const closedAfterDays = 35
/** With a limit of at least this many days, a whole year is counted before its first month is purged. */
const yearDays = 365

/** The data that is kept as single rows for a time, and then as totals. */
export const purgeable = ['features', 'runs'] as const
export type Purgeable = (typeof purgeable)[number]

/** One month whose single uses of features, or single runs, are deleted (in a dry run: would be). */
export interface PurgeStep {
  readonly project: string
  readonly what: Purgeable
  /** `YYYY-MM`. */
  readonly month: string
  /** Deleted feature events of the month. */
  readonly events: number
  /** Deleted runs of the month. */
  readonly runs: number
}

export interface PurgeOptions {
  readonly nowMs: number
  /** A time such as `1y` instead of each project's own limit. */
  readonly olderThan?: string | null
  /** Default: features and runs. */
  readonly only?: Purgeable | null
  /** If true, deletes nothing and yields the months that a purge would delete. */
  readonly dryRun?: boolean
}

type Purging = Pick<
  Store,
  'nextFeatureMonth' | 'purgeFeatures' | 'nextRunMonth' | 'countRuns' | 'purgeRuns' | 'finishPurge' | 'expirePending'
>

/**
 * Replaces single uses of features and single runs that are older than their project's limit by totals. It purges one
 * month at a time, oldest first, without empty ones except the last that is due, and yields each month after it is purged. The caller may stop early: the remaining
 * months are left for the next purge. Call `maintain` afterwards.
 */
export async function* purge(
  store: Purging,
  projects: Iterable<ProjectFile>,
  options: PurgeOptions,
): AsyncGenerator<PurgeStep> {
  const {only = null, dryRun = false} = options
  for (const project of projects) {
    try {
      if (!dryRun) await store.finishPurge(project.project)
      for (const steps of [purgeFeatures, purgeRuns])
        if (only === null || steps === stepsOf[only]) yield* steps(store, project, options)
    } finally {
      if (!dryRun) await endWaiting(store, project, options)
    }
  }
}

/** Pending events wait no longer than stored ones are kept. */
async function endWaiting(store: Purging, file: ProjectFile, {nowMs, olderThan}: PurgeOptions): Promise<void> {
  const {project, retention} = file
  const beforeMs = Math.max(waitsSince(nowMs), cutOf(olderThan ?? retention.features, nowMs))
  await store.expirePending(project, beforeMs, nowMs)
}

const waitsSince = (nowMs: number): number => nowMs - collectorLimits.maxPendingDays * dayMs

async function* purgeFeatures(
  store: Purging,
  file: ProjectFile,
  {nowMs, olderThan, dryRun = false}: PurgeOptions,
): AsyncGenerator<PurgeStep> {
  const {project, retention} = file
  const limit = olderThan ?? retention.features
  const purgeMonth = async (month: string, events: number): Promise<PurgeStep> => {
    if (!dryRun) await store.purgeFeatures(file, month, keepsYears(limit))
    return {project, what: 'features', month, events, runs: 0}
  }
  let last: string | null = null
  let next = await store.nextFeatureMonth(project, null)
  while (next !== null && isDue(next.month, limit, nowMs)) {
    last = next.month
    yield await purgeMonth(last, next.events)
    next = await store.nextFeatureMonth(project, last)
  }
  const end = lastDueMonth(limit, nowMs)
  if (last !== null && end !== null && last < end) yield await purgeMonth(end, 0)
}

/**
 * Stops at the first month with a run that is still running. If years are counted, the whole year of the month counts.
 */
async function* purgeRuns(
  store: Purging,
  file: ProjectFile,
  {nowMs, olderThan, dryRun = false}: PurgeOptions,
): AsyncGenerator<PurgeStep> {
  const {project, retention} = file
  const limit = olderThan ?? retention.runs
  const lostBeforeMs = nowMs - file.lostAfterHours * 3_600_000
  const purgeMonth = async (month: string): Promise<PurgeStep> => {
    const {runs} = await store.countRuns(project, month, lostBeforeMs)
    if (!dryRun) await store.purgeRuns(file, month, keepsYears(limit), nowMs)
    return {project, what: 'runs', month, events: 0, runs}
  }
  let last: string | null = null
  let end = lastDueMonth(limit, nowMs)
  let month = await store.nextRunMonth(project, null)
  for (; month !== null && end !== null && month <= end; month = await store.nextRunMonth(project, month)) {
    const span = keepsYears(limit) ? month.slice(0, 4) : month
    const {running} = await store.countRuns(project, span, lostBeforeMs)
    if (running > 0) {
      end = monthBefore(span)
      break
    }
    last = month
    yield await purgeMonth(month)
  }
  if (last !== null && end !== null && last < end) yield await purgeMonth(end)
}

const stepsOf = {features: purgeFeatures, runs: purgeRuns} as const

/** The month before a month `YYYY-MM`, or before a year `YYYY`. */
function monthBefore(span: string): string {
  const [year, number = 1] = span.split('-').map(Number) as [number, number?]
  return new Date(Date.UTC(year, number - 2, 1)).toISOString().slice(0, 7)
}

/**
 * The last month that is due, whether it has data or not; null if none is. Only totals of the time before its end are
 * kept, so a purge ends with it. Pure.
 */
export function lastDueMonth(limit: string, nowMs: number): string | null {
  const earliest = collectorLimits.earliestTime.slice(0, 7)
  for (let month = formatDay(nowMs).slice(0, 7); month >= earliest; month = monthBefore(month))
    if (isDue(month, limit, nowMs)) return month
  return null
}

/**
 * Whether a whole month is older than a limit and can no longer change. With a limit of at least a year, its year must
 * be closed too. Pure.
 */
export function isDue(month: string, limit: string, nowMs: number): boolean {
  const [year, number] = month.split('-').map(Number) as [number, number]
  const endMs = Date.UTC(year, number, 1)
  const closedMs = (keepsYears(limit) ? Date.UTC(year + 1, 0, 1) : endMs) + closedAfterDays * dayMs
  return endMs <= cutOf(limit, nowMs) && closedMs <= nowMs
}

/**
 * The instant that lies a time such as `30d`, `8w`, `6m` or `1y` before another, in Unix milliseconds. If its month
 * lacks the day, it is the last day of the month. Pure.
 */
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
  /** Starts no further month. Resolves when the current month is purged. */
  stop(): Promise<void>
}

/** The first purge is a minute after the start, the next ones a day after the end of the previous one. */
const schedule = {firstAfterMs: 60_000, everyMs: dayMs}

/**
 * Regularly purges the data that is older than its limit, between incoming reports, and maintains the store.
 *
 * @param afterwards called after each turn unless its last call is still running. Neither the next turn nor a stop
 * waits for it. It must not reject.
 * @param monitor hears what was purged, and why a turn failed
 */
export function startRetention(
  store: Parameters<typeof purge>[0] & Pick<Store, 'maintain'>,
  projects: ReadonlyMap<string, ProjectFile>,
  now: () => number,
  times = schedule,
  afterwards: () => Promise<void> = async () => {},
  monitor: Pick<Monitor, 'log' | 'purged'> | null = null,
): RetentionJob {
  const work = async (isStopped: () => boolean): Promise<void> => {
    // Of projects that this collector no longer has, too.
    await store.expirePending(null, waitsSince(now()), now())
    await purgeAll(purge(store, [...projects.values()], {nowMs: now()}), isStopped, monitor)
    await store.maintain(now(), {isStopped})
  }
  return repeat(work, times, afterwards, monitor)
}

/** Only maintains the store, as often: of a collector whose store another process purges. */
export const startMaintenance = (
  store: Pick<Store, 'maintain'>,
  now: () => number,
  times = schedule,
  monitor: Pick<Monitor, 'log'> | null = null,
): RetentionJob =>
  repeat(
    isStopped => store.maintain(now(), {isStopped}),
    times,
    async () => {},
    monitor,
  )

function repeat(
  work: (isStopped: () => boolean) => Promise<void>,
  {firstAfterMs, everyMs}: {readonly firstAfterMs: number; readonly everyMs: number},
  afterwards: () => Promise<void>,
  monitor: Pick<Monitor, 'log'> | null,
): RetentionJob {
  let isStopped = false
  let running: Promise<void> = Promise.resolve()
  let isFollowingUp = false
  const followUp = (): void => {
    if (isStopped || isFollowingUp) return
    isFollowingUp = true
    void afterwards().finally(() => {
      isFollowingUp = false
    })
  }
  const turn = (): void => {
    // If the store fails, every report gets the error too. The next turn tries again.
    running = work(() => isStopped).catch(error => monitor?.log.error('purge failed', {error}))
    void running.then(() => {
      plan(everyMs)
      followUp()
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

/** Runs a purge until it is done or stopped, between reports, and says how many months it replaced. */
async function purgeAll(
  steps: AsyncGenerator<PurgeStep>,
  isStopped: () => boolean,
  monitor: Pick<Monitor, 'purged'> | null,
): Promise<void> {
  const purged = new Map<string, {readonly months: number; readonly seconds: number}>()
  try {
    let sinceMs = performance.now()
    for await (const {project} of steps) {
      const {months, seconds} = purged.get(project) ?? {months: 0, seconds: 0}
      purged.set(project, {months: months + 1, seconds: seconds + (performance.now() - sinceMs) / 1_000})
      if (isStopped()) return
      await new Promise(setImmediate)
      sinceMs = performance.now()
    }
  } finally {
    for (const [project, {months, seconds}] of purged) monitor?.purged(project, months, seconds)
  }
}
