import type {DurationStats, Outcomes, Stats} from '../../stats/model/model.ts'
import {outcomeMeanings, outcomeNames} from '../../stats/model/outcomes.ts'
import {
  describeBound,
  writeCount,
  writeCounted,
  writeEnding,
  writeSeconds,
  writeShare,
} from '../../stats/write/text/write.ts'
import type {Tone} from '../charts/area.ts'
import {describeAxis, type LineChart} from '../charts/lines.ts'
import {columnsOf, type Drawing, linesOf, overTime} from './figure.ts'
import {drawRows} from './rows.ts'

/** The colour of each outcome. */
export const outcomeTones: Readonly<Record<keyof Outcomes, Tone>> = {
  ok: 'green',
  failed: 'red',
  signal: 'orange',
  lost: 'gold',
  running: 'blue',
  unknown: 'grey',
}

export const outcomesFigure: Drawing = {
  describe: stats => {
    const {outcomes: counts, runs} = stats
    if (counts === null || runs === null) return ''
    const parts = outcomeNames
      .filter(name => counts[name] > 0)
      .map(name => `${writeCount(counts[name])} ${name} (${outcomeMeanings[name]})`)
    return `Of ${writeCounted(runs.total, 'run')}: ${parts.join(', ')}.`
  },
  draw: ({outcomes: counts, ...stats}) =>
    counts === null
      ? ''
      : columnsOf({
          label: `Outcomes by ${stats.by}`,
          ...overTime(stats, counts.periods),
          series: outcomeNames
            .filter(name => counts[name] > 0)
            .map(name => ({name, tone: outcomeTones[name], values: counts.periods.map(period => period[name])})),
          write: writeCount,
        }),
}

export const successFigure: Drawing = {
  describe: ({successRate, outcomes: counts}) => {
    if (successRate === null || counts === null) return ''
    const {value, low, high} = successRate
    if (low === null || high === null) return 'No run has ended yet.'
    const unsure = counts.lost + counts.unknown
    const bounds =
      unsure === 0
        ? ''
        : ` The end of ${writeCounted(unsure, 'run')} is unknown: the rate is ${writeShare(low)} if all of them failed, ${writeShare(high)} if all succeeded.`
    if (value === null) return `The success rate is unknown.${bounds}`
    return `${writeShare(value)} of the runs with a known end succeeded.${bounds}`
  },
  hint: stats => {
    const chart = successChart(stats)
    const hasBand = stats.outcomes !== null && stats.outcomes.lost + stats.outcomes.unknown > 0
    const hints = [hasBand ? 'The band shows the values between the two.' : '', chart && describeAxis(chart)]
    return hints.filter(Boolean).join(' ')
  },
  draw: stats => {
    const chart = successChart(stats)
    return chart === null ? '' : linesOf(chart)
  },
}

function successChart(stats: Stats): LineChart | null {
  if (stats.successRate === null) return null
  const {periods} = stats.successRate
  return {
    label: `Success rate by ${stats.by}`,
    ...overTime(stats, periods),
    series: [{name: 'success rate', tone: 'green', values: periods.map(({value}) => value)}],
    band: {low: periods.map(({low}) => low), high: periods.map(({high}) => high)},
    scale: 'share',
    write: writeShare,
  }
}

export const exitCodesFigure: Drawing = {
  describe: stats => {
    const {commonestFault: fault, outcomes: counts} = stats
    if (counts === null) return ''
    if (fault === null) return 'No run failed.'
    const share = writeShare(fault.runs / (counts.failed + counts.signal))
    const ending = writeEnding(fault.exitCode, fault.signal)
    const signals = counts.signal === 0 ? '' : ` A signal ended ${writeCounted(counts.signal, 'run')}.`
    return `Most common fault: ${ending}, in ${share} of the ${writeCounted(counts.failed + counts.signal, 'failed run')}.${signals}`
  },
  hint: () => 'Exit code 0 is not drawn.',
  draw: ({exitCodes}) => {
    const faults = (exitCodes ?? []).filter(({exitCode}) => exitCode !== 0)
    const most = Math.max(1, ...faults.map(({runs}) => runs))
    return drawRows({
      head: ['exit code', 'runs'],
      rows: faults.map(({exitCode, runs}) => ({
        name: writeEnding(exitCode, null).replace('exit code ', ''),
        counts: [writeCount(runs)],
        bar: [{tone: 'red', share: runs / most}],
      })),
    })
  },
}

type Percentile = keyof Pick<DurationStats, 'p50Seconds' | 'p90Seconds' | 'p99Seconds'>
interface PercentileLine {
  readonly key: Percentile
  readonly name: string
  readonly tone: Tone
}
/** The percentiles of each chart. The median has its own, on which a release that is 30 % faster is visible. */
const percentileCharts: readonly {readonly name: string; readonly lines: readonly PercentileLine[]}[] = [
  {name: 'Median duration', lines: [{key: 'p50Seconds', name: 'median: half of the runs took less', tone: 'blue'}]},
  {
    name: 'Longer durations',
    lines: [
      {key: 'p90Seconds', name: '90 % took less', tone: 'purple'},
      {key: 'p99Seconds', name: '99 % took less', tone: 'orange'},
    ],
  },
]

function durationCharts(stats: Stats): LineChart[] {
  const {duration} = stats
  if (duration === null) return []
  return percentileCharts.map(({name, lines}) => ({
    label: `${name} by ${stats.by}`,
    ...overTime(stats, duration.periods),
    series: lines
      .map(({key, ...line}) => ({...line, values: duration.periods.map(period => period[key])}))
      .filter(({values}) => values.some(value => value !== null)),
    scale: 'seconds',
    write: writeSeconds,
  }))
}

export const durationFigure: Drawing = {
  describe: ({duration}) => {
    if (duration === null) return ''
    const {n, meanSeconds, p50Seconds, p90Seconds, p99Seconds} = duration
    if (meanSeconds === null || p50Seconds === null || p90Seconds === null)
      return n === 0
        ? 'No run has ended yet, so the duration is unknown.'
        : 'Few runs have ended, so their duration is left out.'
    const longest = p99Seconds === null ? '' : `, 99 % at most ${writeSeconds(p99Seconds)}`
    return `Half of the ${writeCounted(n, 'run')} that ended took at most ${writeSeconds(p50Seconds)}, 90 % at most ${writeSeconds(p90Seconds)}${longest}. The mean is ${writeSeconds(meanSeconds)}.`
  },
  hint: stats => {
    const bound = stats.duration?.percentileBound ?? 0
    const isLogarithmic = durationCharts(stats).some(chart => describeAxis(chart) !== '')
    const scale = isLogarithmic ? 'The axis without a 0 is logarithmic.' : ''
    return [scale, bound > 0 ? describeBound(bound) : ''].filter(Boolean).join(' ')
  },
  draw: stats =>
    durationCharts(stats)
      .map(chart => linesOf(chart, true))
      .join(''),
}

/** The median duration for a tile, or null. */
export const medianOf = ({duration}: Stats): string | null =>
  duration?.p50Seconds == null ? null : writeSeconds(duration.p50Seconds)
