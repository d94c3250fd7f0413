import type {FieldStats, Stats} from '../../stats/model/model.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {writeCount, writeNumber, writeUsers} from '../../stats/write/text/write.ts'
import {columnsOf, type Drawing, linesOf, overTime} from './figure.ts'
import {drawRows} from './rows.ts'
import {tones} from './tones.ts'

export const fieldsFigure: Drawing = {
  describe: ({fields}) =>
    Object.keys(fields ?? {}).length === 0
      ? 'The project declares no fields.'
      : 'Values that the project file declares and runs report.',
  draw: stats => {
    const all = Object.entries(stats.fields ?? {})
    const charts = stats.periods.length < 2 ? [] : all.map(([name, field]) => drawOverTime(stats, name, field))
    return `${drawTable(all)}${charts.join('')}`
  },
}

function drawTable(all: readonly (readonly [string, FieldStats])[]): string {
  return drawRows({
    head: ['field', 'runs', 'users', 'mean', 'median', 'max'],
    rows: all.flatMap(([name, {n, mean, median, max, values, ...people}]) => [
      {
        name,
        counts: [
          ...[writeCount(n), writeUsers(people)],
          ...[mean, median, max].map(value => (value === null ? '' : writeNumber(value))),
        ],
        bar: [],
      },
      ...(values ?? []).map(({value, runs, ...some}) => ({
        name: `${name} = ${value}`,
        counts: [writeCount(runs), writeUsers(some), '', '', ''],
        bar: [{tone: 'teal' as const, share: n === 0 ? 0 : runs / n}],
      })),
    ]),
  })
}

/** The values of a field by period, or the mean and the median of a number. */
function drawOverTime(stats: Stats, name: string, {values, periods}: FieldStats): string {
  const label = `${name} by ${stats.by}`
  const chart = values === null ? drawNumbers(stats, label, periods) : drawValues(stats, label, {values, periods})
  return chart === '' ? '' : `<div class="part"><h3><bdi>${escapeHtml(name)}</bdi> over time</h3>${chart}</div>`
}

const drawNumbers = (stats: Stats, label: string, periods: FieldStats['periods']): string =>
  linesOf({
    label,
    ...overTime(stats, periods),
    series: [
      {name: 'mean', tone: 'blue', values: periods.map(({mean}) => mean)},
      {name: 'median', tone: 'orange', values: periods.map(({median}) => median)},
    ],
    scale: 'number',
    write: writeNumber,
  })

function drawValues(
  stats: Stats,
  label: string,
  {values, periods}: {readonly values: NonNullable<FieldStats['values']>; readonly periods: FieldStats['periods']},
): string {
  const drawn = values.slice(0, tones.length).map(({value}) => value)
  const runsOf = ({values: own}: FieldStats['periods'][number], value: string | boolean): number =>
    own?.find(one => one.value === value)?.runs ?? 0
  const rest = periods.map(period => period.n - drawn.reduce((sum, value) => sum + runsOf(period, value), 0))
  return columnsOf({
    label,
    ...overTime(stats, periods),
    series: [
      ...drawn.map((value, index) => ({
        name: String(value),
        tone: tones[index]!,
        values: periods.map(period => runsOf(period, value)),
      })),
      ...(rest.some(runs => runs > 0) ? [{name: 'others', tone: 'grey' as const, values: rest}] : []),
    ],
    write: writeCount,
  })
}
