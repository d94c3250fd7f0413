import {toPlainText} from '../../../protocol/values/plain-text.ts'
import type {UserBounds} from '../../model/breakdowns.ts'
import type {Count, RunsByUser} from '../../model/model.ts'
import type {Conspicuous, FaultShare} from '../../model/outcomes.ts'

/** `12,345`. */
export const writeCount = (count: number): string => count.toLocaleString('en-US')

/** `1 run`, `2 runs`. */
export const writeCounted = (count: number, one: string, many = `${one}s`): string =>
  `${writeCount(count)} ${count === 1 ? one : many}`

/** The bounds of a number of people or things. */
type Bounded = Pick<Count, 'low' | 'high'>

/** Whether nobody is known: the runs do not say who started them. */
export const isUnknown = ({low, high}: Bounded): boolean => low === 0 && high > 0

/** `12`, `12 to 24` where the number is not exact, `unknown` where nobody is known. */
export function writeBounded(count: Bounded): string {
  const {low, high} = count
  if (isUnknown(count)) return 'unknown'
  return low === high ? writeCount(low) : `${writeCount(low)} to ${writeCount(high)}`
}

/** `12 people`, `1 person`, `between 12 and 24 people`, `an unknown number of people`. */
export function writePeople(count: Bounded, one = 'person', many = 'people'): string {
  const {low, high} = count
  if (isUnknown(count)) return `an unknown number of ${many}`
  return low === high ? writeCounted(low, one, many) : `between ${writeCount(low)} and ${writeCount(high)} ${many}`
}

/** The users of a row of a table, as `writeBounded`. */
export const writeUsers = ({usersLow, usersHigh}: UserBounds): string => writeBounded({low: usersLow, high: usersHigh})

/** `0 of 400 runs say who started them.` Empty if all do. */
export function describeKnown({runsWithUser, runsWithoutUser}: RunsByUser): string {
  if (runsWithoutUser === null || runsWithUser === null) return 'Some runs do not say who started them.'
  if (runsWithoutUser === 0) return ''
  return `${writeCount(runsWithUser)} of ${writeCounted(runsWithUser + runsWithoutUser, 'run')} say who started them.`
}

/** A share in percent that is never rounded to 0 or 100: `<1 %`, `83 %`, `>99 %`. */
export function writeShare(share: number): string {
  const percent = Math.round(share * 100)
  if (percent === 0 && share > 0) return '<1 %'
  if (percent === 100 && share < 1) return '>99 %'
  return `${percent} %`
}

/** `0.257 s`, `12.5 s`, `2 min 5 s`, `3 h 20 min`, `4 d 6 h`. */
export function writeSeconds(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toPrecision(3))} s`
  const units: [string, number][] = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ]
  const first = units.findIndex(([, size]) => seconds >= size)
  const [unit, size] = units[first]!
  const [smallUnit, smallSize] = units[first + 1]!
  const whole = Math.round(seconds / smallSize)
  const ratio = size / smallSize
  const rest = whole % ratio
  return `${Math.floor(whole / ratio)} ${unit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`
}

/** `2026-11-22 14:05 UTC`, of an instant in RFC 3339. */
export const writeInstant = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')} UTC`

/** `12.3 kB`, `4.0 MB`. */
export function writeBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`
  const units = ['kB', 'MB', 'GB', 'TB']
  const index = Math.min(Math.floor(Math.log10(bytes) / 3), units.length) - 1
  return `${(bytes / 1_000 ** (index + 1)).toFixed(1)} ${units[index]}`
}

/** The number of a field with three significant digits. */
export const writeNumber = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en-US')

/** How a run ended, for people: `exit code 1`, `signal SIGKILL`. */
export function writeEnding(exitCode: number | null, signal: string | null): string {
  if (exitCode === null) return signal === null ? 'no code' : `signal ${signal}`
  return `exit code ${exitCode}`
}

/** `42 % SIGSEGV`, `7 % exit code 2`. */
export const writeFault = ({exitCode, signal, share}: FaultShare): string =>
  `${writeShare(share)} ${signal ?? writeEnding(exitCode, null)}`

/** `Model.fano in 2.3.0: 45 % of 310 runs failed (42 % SIGSEGV), of the others 8 %.` Safe for a terminal. */
export function describeConspicuous({version, name, faults: [fault], ...one}: Conspicuous): string {
  const subject = name === null ? `Version ${version}` : version === null ? name : `${name} in ${version}`
  const most = fault === undefined ? '' : ` (${writeFault(fault)})`
  const share = `${writeShare(one.failureShare)} of ${writeCounted(one.runs, 'run')} failed`
  return toPlainText(`${subject}: ${share}${most}, of the others ${writeShare(one.otherShare)}.`)
}

/** Says how exact the percentiles of features are. */
export const describeBound = (bound: number): string =>
  bound === 0 ? 'These times are exact.' : `Percentiles differ from the exact ones by at most ${writeBound(bound)}.`

/** Rounds up to a tenth of a percent: a bound must not become smaller. */
const writeBound = (bound: number): string => `${Math.ceil(bound * 1000 - 1e-9) / 10} %`
