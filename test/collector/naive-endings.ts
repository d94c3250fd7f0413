import type {Ending, Outcomes} from '../../src/stats/model/outcomes.ts'
import type {VersionEnding} from '../../src/stats/model/source.ts'
import type {NaiveRun} from './naive-facts.ts'

export function outcomeOf({end, lastMs}: NaiveRun, lostBeforeMs: number): keyof Outcomes {
  if (end === undefined) return lastMs <= lostBeforeMs ? 'lost' : 'running'
  if (end.signal !== null) return 'signal'
  return end.exitCode === null ? 'unknown' : end.exitCode === 0 ? 'ok' : 'failed'
}

/** Counts runs by version and how they ended, one by one. */
export const naiveVersionEndings = (runs: readonly NaiveRun[], lostBeforeMs: number): VersionEnding[] =>
  countEqual(runs.map(run => ({version: run.key.header.version, ...endingOf(run, lostBeforeMs)})))

function endingOf(run: NaiveRun, lostBeforeMs: number): Omit<Ending, 'runs'> {
  const outcome = outcomeOf(run, lostBeforeMs)
  const {signal = null, exitCode = null} = run.end ?? {}
  return {outcome, exitCode: signal === null ? exitCode : null, signal}
}

/** Each different item once, with the number of equal ones as `runs`. */
const countEqual = <T extends object>(items: readonly T[]): (T & {runs: number})[] =>
  [...Map.groupBy(items, item => JSON.stringify(item)).values()].map(same => ({...same[0]!, runs: same.length}))
