import type {ProjectFile} from '../protocol/project-file.ts'
import type {Store} from './store/store.ts'

const dayMs = 86_400_000
/** Reports may come 30 days late; after these a month or a year does not change any more. */
export const closedAfterDays = 35
/** A limit of so many days leaves the time to count a whole year before its first month goes. */
const yearDays = 365

/** One month whose single uses of features go, or would go. */
export interface PurgeStep {
  readonly project: string
  /** `YYYY-MM`. */
  readonly month: string
  /** Feature events of the month. */
  readonly events: number
}

export interface PurgeOptions {
  readonly nowMs: number
  /** A time such as `1y` in the place of each project's own limit. */
  readonly olderThan?: string | null
  /** Only tell what would go. */
  readonly dryRun?: boolean
}

/**
 * Replaces single uses of features that are older than their project wants to keep by totals, a month at a time and the
 * oldest first, and yields each month when it is done. Ending early leaves the rest for the next time.
 */
export async function* purge(
  store: Pick<Store, 'featureMonths' | 'purgeFeatures' | 'sweepHeaders'>,
  projects: Iterable<ProjectFile>,
  {nowMs, olderThan = null, dryRun = false}: PurgeOptions,
): AsyncGenerator<PurgeStep> {
  for (const {project, retention} of projects) {
    const limit = olderThan ?? retention.features
    const months = await store.featureMonths(project, nowMs)
    let isAny = false
    for (const {month, events} of months) {
      if (!isDue(month, limit, nowMs)) break
      if (!dryRun) await store.purgeFeatures(project, month, keepsYears(limit))
      isAny = true
      yield {project, month, events}
    }
    if (isAny && !dryRun) await store.sweepHeaders(project)
  }
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

/** Purges what is past its limit and notes the size, again and again, between the reports that come in. */
export function startRetention(
  store: Parameters<typeof purge>[0] & Pick<Store, 'noteSize'>,
  projects: ReadonlyMap<string, ProjectFile>,
  now: () => number,
  {firstAfterMs, everyMs} = schedule,
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
  const turn = (): void => {
    // A store that fails says so to every report as well; the next turn tries again.
    running = work().catch(() => undefined)
    void running.then(() => plan(everyMs))
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
