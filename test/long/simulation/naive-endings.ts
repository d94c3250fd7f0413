import type {NaiveRun} from './naive-runs.ts'

interface Ending {
  readonly exitCode: number | null
  readonly signal: string | null
}

/** The codes that runs ended with, and how most of those that failed did. */
export function endings(runs: readonly NaiveRun[]) {
  const counted = [...Map.groupBy(runs.flatMap(endingOf), one => `${one.signal} ${one.exitCode}`).values()].map(
    same => ({...same[0]!, runs: same.length}),
  )
  const faults = counted.filter(({exitCode, signal}) => signal !== null || exitCode !== 0)
  const most = Math.max(...faults.map(fault => fault.runs))
  const commonest = faults.filter(fault => fault.runs === most)
  const byCode = commonest.filter(({signal}) => signal === null).sort((a, b) => a.exitCode! - b.exitCode!)
  const bySignal = commonest.filter(({signal}) => signal !== null).sort((a, b) => (a.signal! < b.signal! ? -1 : 1))
  const exitCodes = counted
    .flatMap(({exitCode, runs: times}) => (exitCode === null ? [] : [{exitCode, runs: times}]))
    .sort((a, b) => b.runs - a.runs || a.exitCode - b.exitCode)
  return {commonestFault: byCode[0] ?? bySignal[0] ?? null, exitCodes}
}

/** A signal says more than the code beside it, and 139 is a shell's code for one; an end without either says nothing. */
function endingOf({end}: NaiveRun): Ending[] {
  const what = end?.made.what
  if (what?.type !== 'end') return []
  if (what.signal !== null) return [{exitCode: null, signal: what.signal}]
  if (what.exitCode === 139) return [{exitCode: null, signal: 'SIGSEGV'}]
  return what.exitCode === null ? [] : [{exitCode: what.exitCode, signal: null}]
}
