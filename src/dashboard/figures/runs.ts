import type {DurationStats, Outcomes, Stats} from '../../stats/model/model.ts'
import {writeCount, writeCounted, writeEnding, writeSeconds, writeShare} from '../../stats/write/text/write.ts'
import type {Tone} from '../charts/frame.ts'
import {columnsOf, type Figure, linesOf} from './figure.ts'
import {drawRows} from './rows.ts'

const outcomes: readonly {readonly name: keyof Outcomes; readonly tone: Tone; readonly meaning: string}[] = [
  {name: 'ok', tone: 'green', meaning: 'exit code 0'},
  {name: 'failed', tone: 'red', meaning: 'another exit code'},
  {name: 'signal', tone: 'orange', meaning: 'died of a signal'},
  {name: 'lost', tone: 'gold', meaning: 'no end, no sign of life'},
  {name: 'running', tone: 'blue', meaning: 'no end yet'},
  {name: 'unknown', tone: 'grey', meaning: 'nobody can tell how they ended'},
]

export const outcomesFigure: Figure = {
  section: 'outcomes',
  title: 'How runs ended',
  say: stats => {
    const {outcomes: counts, runs} = stats
    if (counts === null || runs === null) return ''
    const known = outcomes.filter(({name}) => counts[name] > 0)
    const told = known.map(({name, meaning}) => `${writeCount(counts[name])} ${name} (${meaning})`)
    return `Of ${writeCounted(runs.total, 'run')}: ${told.join(', ')}.`
  },
  draw: ({outcomes: counts, by}) =>
    counts === null
      ? ''
      : columnsOf({
          label: `How runs ended, by ${by}`,
          by,
          periods: counts.periods.map(({period, complete}) => ({label: period, complete})),
          series: outcomes
            .filter(({name}) => counts[name] > 0)
            .map(({name, tone}) => ({name, tone, values: counts.periods.map(period => period[name])})),
          write: writeCount,
        }),
}

export const successFigure: Figure = {
  section: 'successRate',
  title: 'Success rate',
  say: ({successRate, outcomes: counts}) => {
    if (successRate === null || counts === null) return ''
    const {value, low, high} = successRate
    if (low === null || high === null) return 'No run has ended.'
    const unsure = counts.lost + counts.unknown
    const bounds =
      unsure === 0
        ? ''
        : ` ${writeCounted(unsure, 'run')} ended unseen or without a code: had all of them failed it would be ${writeShare(low)}, had all succeeded ${writeShare(high)}.`
    if (value === null) return `How many succeed is unknown.${bounds}`
    return `${writeShare(value)} of the runs whose end is known succeeded.${bounds}`
  },
  hint: ({outcomes: counts}) =>
    counts !== null && counts.lost + counts.unknown > 0 ? 'The band lies between the two.' : '',
  draw: ({successRate, by}) => {
    if (successRate === null) return ''
    const {periods} = successRate
    return linesOf({
      label: `Success rate by ${by}`,
      by,
      periods: periods.map(({period, complete}) => ({label: period, complete})),
      series: [{name: 'success rate', tone: 'green', values: periods.map(({value}) => value)}],
      band: {low: periods.map(({low}) => low), high: periods.map(({high}) => high)},
      scale: 'share',
      write: writeShare,
    })
  },
}

export const exitCodesFigure: Figure = {
  section: 'exitCodes',
  title: 'Faults',
  say: stats => {
    const {commonestFault: fault, outcomes: counts} = stats
    if (counts === null) return ''
    if (fault === null) return 'No run failed.'
    const share = writeShare(fault.runs / (counts.failed + counts.signal))
    const ending = writeEnding(fault.exitCode, fault.signal)
    const signals = counts.signal === 0 ? '' : `, ${writeCount(counts.signal)} of them of a signal`
    return `The commonest fault is ${ending}: ${share} of the ${writeCounted(counts.failed + counts.signal, 'run')} that failed${signals}.`
  },
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
const percentiles: readonly {readonly key: Percentile; readonly name: string; readonly tone: Tone}[] = [
  {key: 'p50Seconds', name: 'half of the runs', tone: 'blue'},
  {key: 'p90Seconds', name: '90 %', tone: 'purple'},
  {key: 'p99Seconds', name: '99 %', tone: 'orange'},
]

export const durationFigure: Figure = {
  section: 'duration',
  title: 'How long runs take',
  say: ({duration}) => {
    if (duration === null) return ''
    const {n, meanSeconds, p50Seconds, p90Seconds, p99Seconds} = duration
    if (meanSeconds === null || p50Seconds === null || p90Seconds === null)
      return 'No run has ended, so nobody knows how long one takes.'
    const longest = p99Seconds === null ? '' : `, 99 % at most ${writeSeconds(p99Seconds)}`
    return `Half of the ${writeCounted(n, 'run')} that ended took at most ${writeSeconds(p50Seconds)}, 90 % at most ${writeSeconds(p90Seconds)}${longest}; the mean is ${writeSeconds(meanSeconds)}.`
  },
  hint: () => 'The scale is logarithmic.',
  draw: ({duration, by}) =>
    duration === null
      ? ''
      : linesOf({
          label: `Duration of runs by ${by}`,
          by,
          periods: duration.periods.map(({period, complete}) => ({label: period, complete})),
          series: percentiles
            .map(({key, name, tone}) => ({name, tone, values: duration.periods.map(period => period[key])}))
            .filter(({values}) => values.some(value => value !== null)),
          scale: 'seconds',
          write: writeSeconds,
        }),
}

/** The middle duration for a tile, or null. */
export const medianOf = ({duration}: Stats): string | null =>
  duration?.p50Seconds == null ? null : writeSeconds(duration.p50Seconds)
