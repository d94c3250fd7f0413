import {toPlainText} from '../../../protocol/values/plain-text.ts'
import type {Outcomes, Stats} from '../../model/model.ts'
import {outcomeMeanings, outcomeNames} from '../../model/outcomes.ts'
import {drawBar, drawColumns, flow, wrap} from './draw.ts'
import type {Page, Section} from './page.ts'
import type {Paint} from './paint.ts'
import {describeBound, writeCount, writeCounted, writeEnding, writeSeconds, writeShare} from './write.ts'

const colors: Readonly<Record<keyof Outcomes, keyof Paint>> = {
  ok: 'green',
  failed: 'red',
  signal: 'red',
  lost: 'yellow',
  running: 'cyan',
  unknown: 'yellow',
}
const barWidth = 30
/** The most exit codes on the page; the JSON contains all. */
const maxExitCodes = 12

/** Writes how runs ended, the share that succeeded, and the most common fault of the others. */
export function writeOutcomes({stats, paint, width}: Page): Section {
  const counts = stats.outcomes
  if (stats.runs === null || counts === null) return {heading: 'Outcomes', lines: []}
  const total = stats.runs.total
  const countWidth = writeCount(total).length
  const wide = Math.max(4, Math.min(barWidth, width - 46))
  const rows = outcomeNames
    .filter(name => counts[name] > 0)
    .map(name => {
      const count = counts[name]
      const bar = drawBar(count / total, wide).padEnd(wide)
      const share = writeShare(count / total).padStart(5)
      return `${name.padEnd(7)}  ${writeCount(count).padStart(countWidth)}  ${share}  ${paint[colors[name]](bar)} ${paint.dim(outcomeMeanings[name])}`
    })
  const sentences = [...describeSuccess(stats, paint), ...describeFault(stats)].flatMap(text => flow(text, width))
  const rates = stats.successRate?.periods ?? []
  const over = overTime(rates, paint, width).map(chart => `success rate, over time  ${chart}`)
  const lines = [...rows, ...over, ...sentences, ...listExitCodes(stats, width)]
  return {heading: `Outcomes of ${writeCounted(total, 'run')}`, lines: total === 0 ? [] : lines}
}

function describeSuccess({successRate, outcomes: counts}: Stats, paint: Paint): string[] {
  const {value = null, low = null, high = null} = successRate ?? {}
  const {lost = 0, unknown = 0} = counts ?? {}
  if (low === null || high === null) return []
  const bounds = ` (${writeShare(low)} if all lost and unknown runs failed, ${writeShare(high)} if all succeeded)`
  if (value === null) return [`The success rate is unknown${bounds}.`]
  return [`${paint.bold(writeShare(value))} of the ended runs succeeded${lost + unknown === 0 ? '' : bounds}.`]
}

function describeFault({commonestFault: fault, outcomes: counts}: Stats): string[] {
  if (fault === null || counts === null) return []
  const ending = toPlainText(writeEnding(fault.exitCode, fault.signal))
  const all = counts.failed + counts.signal
  if (all === 1) return [`The only failed run ended with ${ending}.`]
  return [`Most common fault: ${ending}, in ${writeCount(fault.runs)} of the ${writeCount(all)} failed runs.`]
}

function listExitCodes({exitCodes}: Stats, width: number): string[] {
  if (exitCodes === null || exitCodes.length < 2) return []
  const codes = exitCodes.slice(0, maxExitCodes).map(({exitCode, runs}) => `${exitCode} in ${writeCount(runs)}`)
  const more = exitCodes.length > maxExitCodes ? [`${exitCodes.length - maxExitCodes} other codes`] : []
  return wrap([`Exit codes: ${codes[0]}`, ...codes.slice(1), ...more], width)
}

/** Draws one line of columns if at least two periods have a value, else none. An unknown value is drawn as zero. */
function overTime(
  periods: readonly {readonly value: number | null; readonly complete: boolean}[],
  paint: Paint,
  width: number,
): string[] {
  const shown = periods.slice(-(width - 26))
  if (shown.filter(({value}) => value !== null).length < 2) return []
  return [
    drawColumns(
      shown.map(({value, complete}) => ({value: value ?? 0, complete})),
      paint,
    ),
  ]
}

/** Writes how long runs took. */
export function writeDuration({stats: {duration}, paint, width}: Page): Section {
  if (duration === null) return {heading: 'Duration', lines: []}
  const {n, meanSeconds, p50Seconds, p90Seconds, p99Seconds, percentileBound} = duration
  if (meanSeconds === null || p50Seconds === null || p90Seconds === null || p99Seconds === null)
    return {heading: 'Duration', lines: []}
  const quantiles = `half took at most ${writeSeconds(p50Seconds)}, 90 % at most ${writeSeconds(p90Seconds)}, 99 % at most ${writeSeconds(p99Seconds)}`
  const mean = `${paint.bold(writeSeconds(meanSeconds))} on average`
  const over = overTime(
    duration.periods.map(({p50Seconds: value, complete}) => ({value, complete})),
    paint,
    width,
  )
  const bound = (percentileBound ?? 0) > 0 ? [describeBound(percentileBound!)] : []
  const lines = [mean, quantiles, ...bound, ...over.map(chart => `median, over time  ${chart}`)]
  return {heading: `Duration of ${writeCounted(n, 'ended run')}`, lines}
}
