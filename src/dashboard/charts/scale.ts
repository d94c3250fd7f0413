/** Round numbers from 0 to at least `top`, in about `steps` steps of 1, 2, 2.5 or 5 times a power of ten. Pure. */
export function linearTicks(top: number, steps: number, areWhole: boolean): number[] {
  if (!(top > 0)) return [0, 1]
  const rough = top / steps
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 2.5, 5, 10].find(one => one * power >= rough * 0.999) ?? 10
  const step = areWhole ? Math.max(1, Math.ceil(factor * power)) : factor * power
  const count = Math.ceil(top / step - 1e-9)
  return Array.from({length: count + 1}, (_, index) => Number((index * step).toPrecision(12)))
}

/** Round durations in seconds. */
const durations = [0.001, 0.01, 0.1, 1, 10, 60, 600, 3_600, 36_000, 86_400, 864_000, 8_640_000]

/** Round durations around all values, for a logarithmic scale. Pure. */
export function durationTicks(values: readonly number[]): number[] {
  const positive = values.filter(value => value > 0)
  if (positive.length === 0) return [1, 10]
  const [least, most] = [Math.min(...positive), Math.max(...positive)]
  const first = Math.max(
    0,
    durations.findLastIndex(one => one <= least),
  )
  const last = durations.findIndex(one => one >= most)
  const ticks = durations.slice(first, (last === -1 ? durations.length - 1 : last) + 1)
  return ticks.length > 1 ? ticks : durations.slice(Math.max(0, first - 1), first + 1)
}

/** The position of a value between the first and the last tick, from 0 to 1. */
export type Place = (value: number) => number

export const linearPlace = (ticks: readonly number[]): Place => {
  const [first, last] = [ticks[0]!, ticks.at(-1)!]
  return value => (value - first) / (last - first)
}

export const logPlace = (ticks: readonly number[]): Place => {
  const [first, last] = [Math.log(ticks[0]!), Math.log(ticks.at(-1)!)]
  return value => (value <= 0 ? 0 : Math.min(1, Math.max(0, (Math.log(value) - first) / (last - first))))
}
