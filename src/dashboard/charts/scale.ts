/** Round numbers from 0 to at least `top`, in about `steps` steps of 1, 2, 2.5 or 5 times a power of ten. Pure. */
export function linearTicks(top: number, steps: number, areWhole: boolean): number[] {
  if (!(top > 0)) return [0, 1]
  const rough = top / steps
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 2.5, 5, 10].find(one => one * power >= rough * 0.999) ?? 10
  const step = areWhole ? Math.max(1, Math.ceil(factor * power)) : factor * power
  return ticksBetween(0, top, step)
}

/** Round numbers around 0 and all values. Pure. */
export function numberTicks(values: readonly number[]): number[] {
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)]
  const [, step = 1] = linearTicks(most - least, 4, false)
  return ticksBetween(least, most, step)
}

/** The multiples of `step` from at most `least` to at least `most`. */
function ticksBetween(least: number, most: number, step: number): number[] {
  const first = Math.floor(least / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(most / step - 1e-9))
  return Array.from({length: last - first + 1}, (_, index) => Number(((first + index) * step).toPrecision(12)))
}

const shareSteps = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25]

/** An axis of shares shows at least so much: on a shorter one, noise of a few runs would look like a change. */
const leastShares = 0.02

/**
 * Round shares around all values, at most six. They begin above 0 if all values are high, so that a change of two
 * points is visible. Pure.
 */
export function shareTicks(values: readonly number[]): number[] {
  const [lowest, highest] = [Math.min(1, ...values), Math.max(0, ...values)]
  const margin = Math.max(0, leastShares - (highest - lowest)) / 2
  const [least, most] = [Math.max(0, lowest - margin), Math.min(1, highest + margin)]
  const step = shareSteps.find(one => ticksBetween(least, most, one).length <= 6)
  const ticks = values.length === 0 || step === undefined ? [] : ticksBetween(least, most, step)
  const isCut = (ticks[0] ?? 0) >= 0.3 && ticks.at(-1)! <= 1
  return isCut ? ticks : [0, 0.25, 0.5, 0.75, 1]
}

/** Round durations in seconds. */
const durations = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800],
  ...[3_600, 7_200, 18_000, 36_000, 86_400, 172_800, 432_000, 864_000, 4_320_000, 8_640_000],
]

/** Values that differ at most by this factor are drawn from 0. */
const maxLinearRatio = 8

/** How durations are drawn: in proportion from 0, or on a logarithmic scale if they differ much. */
export interface DurationScale {
  readonly isLinear: boolean
  readonly ticks: readonly number[]
}

/** The scale on which a change of 30 % of each value is visible. Seconds. Pure. */
export function durationScale(values: readonly number[]): DurationScale {
  const positive = values.filter(value => value > 0)
  const [least, most] = [Math.min(...positive), Math.max(...positive)]
  if (positive.length > 0 && most / least > maxLinearRatio) return {isLinear: false, ticks: durationTicks(positive)}
  const step = positive.length === 0 ? 1 : (roundStep(most / 4) ?? most / 4)
  return {isLinear: true, ticks: ticksBetween(0, positive.length === 0 ? 1 : most, step)}
}

const roundStep = (rough: number): number | undefined => durations.find(one => one >= rough * 0.999)

/** Round durations close around all values, for a logarithmic scale: at most seven, and at least two. Pure. */
export function durationTicks(values: readonly number[]): number[] {
  const positive = values.filter(value => value > 0)
  if (positive.length === 0) return [1, 10]
  const [least, most] = [Math.min(...positive), Math.max(...positive)]
  const first = Math.max(
    0,
    durations.findLastIndex(one => one <= least),
  )
  const found = durations.findIndex(one => one >= most)
  const last = found === -1 ? durations.length - 1 : found
  const every = Math.max(1, Math.ceil((last - first) / 6))
  const count = Math.max(2, Math.ceil((last - first) / every) + 1)
  // Even steps, so that no two labels are close to each other. They may begin lower or end higher than necessary.
  const end = Math.min(durations.length - 1, first + (count - 1) * every)
  return durations.filter((_, index) => index <= end && (end - index) % every === 0 && (end - index) / every < count)
}

/** The position of a value between the first and the last tick, from 0 to 1. */
export type Place = (value: number) => number

export const linearPlace = (ticks: readonly number[]): Place => {
  const [first, last] = [ticks[0]!, ticks.at(-1)!]
  return value => Math.min(1, Math.max(0, (value - first) / (last - first)))
}

export const logPlace = (ticks: readonly number[]): Place => {
  const [first, last] = [Math.log(ticks[0]!), Math.log(ticks.at(-1)!)]
  return value => (value <= 0 ? 0 : Math.min(1, Math.max(0, (Math.log(value) - first) / (last - first))))
}
