import {toPlainText} from '../../protocol/plain-text.ts'
import type {FieldStats, Quality} from '../model.ts'
import {drawBar, fit, layOut, wrap} from './draw.ts'
import type {Page, Section} from './page.ts'
import {writeBytes, writeCount, writeCounted, writeNumber, writeSeconds} from './write.ts'

/** Rows of a table beyond these are left to the JSON. */
const maxRows = 20
const maxValues = 5
const barWidth = 16

/** The features that were used, direct and internal uses apart, and the declared ones that nobody used. */
export function writeFeatures({stats, paint, width}: Page): Section[] {
  const rows = stats.features
    .slice(0, maxRows)
    .map(feature => [
      fit(feature.name, Math.max(8, width - 58)),
      fit(feature.type, 12),
      feature.count - feature.internalCount,
      feature.internalCount,
      feature.runs,
      feature.users,
      feature.meanSeconds === null ? '' : writeSeconds(feature.meanSeconds),
    ])
  const [head, ...body] = layOut([['name', 'type', 'direct', 'internal', 'runs', 'users', 'mean'], ...rows])
  const table = rows.length === 0 ? [] : [paint.dim(head!), ...body, ...more(stats.features.length, 'feature')]
  const unused = stats.unusedFeatures.slice(0, 2 * maxRows).map(name => fit(name, width - 1))
  const unusedLines = [...wrap(unused, width), ...more(stats.unusedFeatures.length, 'feature', 2 * maxRows)]
  return [
    {heading: 'Features by use', lines: table},
    {heading: `Declared and never used: ${writeCount(stats.unusedFeatures.length)}`, lines: unusedLines},
  ].filter(({lines}) => lines.length > 0)
}

export function writeVersions(page: Page): Section {
  const rows = page.stats.versions.map(({version, runs, users}) => ({name: version, runs, users}))
  return {heading: 'Versions', lines: shareTable(rows, 'version', page)}
}

export function writeSystems(page: Page): Section {
  return {heading: 'Systems', lines: shareTable(page.stats.systems, 'system', page)}
}

interface NamedRow {
  readonly name: string | null
  readonly runs: number
  readonly users: number
}

function shareTable(rows: readonly NamedRow[], what: string, {paint, width}: Page): string[] {
  const all = rows.reduce((sum, {runs}) => sum + runs, 0)
  if (all === 0) return []
  const body = rows
    .slice(0, maxRows)
    .map(({name, runs, users}) => [
      fit(name, Math.max(8, Math.min(32, width - 36))),
      runs,
      users,
      drawBar(runs / all, barWidth),
    ])
  const [head, ...table] = layOut([['', 'runs', 'users', ''], ...body])
  return [paint.dim(head!), ...table, ...more(rows.length, what)]
}

const more = (count: number, what: string, shown = maxRows): string[] =>
  count > shown ? [`and ${writeCounted(count - shown, `more ${what}`)}: --json has them all`] : []

/** The declared fields that runs have. */
export function writeFields({stats: {fields}, width}: Page): Section {
  const lines = Object.entries(fields)
    .filter(([, field]) => field.n > 0)
    .flatMap(([name, field]) => wrap(describeField(name, field), width))
  return {heading: 'Fields', lines}
}

function describeField(name: string, {n, mean, median, max, values}: FieldStats): string[] {
  const head = `${toPlainText(name)} in ${writeCounted(n, 'run')}:`
  if (mean !== null && median !== null && max !== null)
    return [`${head} mean ${writeNumber(mean)}`, `median ${writeNumber(median)}`, `max ${writeNumber(max)}`]
  const counted = (values ?? [])
    .slice(0, maxValues)
    .map(({value, runs}) => `${fit(String(value), 32)} in ${writeCount(runs)}`)
  const rest = (values?.length ?? 0) - maxValues
  const [first, ...others] = rest > 0 ? [...counted, writeCounted(rest, 'other value')] : counted
  return [`${head} ${first}`, ...others]
}

/** What is known about the data: silent when all is well, except for the size. */
export function writeData({stats: {quality}, width}: Page): Section {
  const told: readonly [Exclude<keyof Quality, 'erased'>, (count: number) => string][] = [
    ['ciRuns', count => `${writeCounted(count, 'run')} of CI (not among the users)`],
    [
      'duplicates',
      count => `${writeCounted(count, 'event')} came again and ${count === 1 ? 'was' : 'were'} not counted again`,
    ],
    ['refused', count => `${writeCounted(count, 'event')} refused`],
    ['unpaired', count => `${writeCounted(count, 'event')} without a run`],
    ['clamped', count => `${writeCounted(count, 'event')} from the future, set to the time of receipt`],
    ['datagramsLost', count => `${writeCounted(count, 'datagram')} lost, of whatever project`],
    ['datagramsUnknown', count => `${writeCounted(count, 'datagram')} that could not be read, of whatever project`],
    ['undeclaredFields', count => `${writeCounted(count, 'value')} of undeclared fields dropped`],
  ]
  const facts = told.flatMap(([name, tell]) => (quality[name] > 0 ? [tell(quality[name])] : []))
  const {runs, features} = quality.erased
  if (runs + features > 0) {
    const what = `${writeCounted(runs, 'run')} and ${writeCounted(features, 'feature event')}`
    facts.push(`${what} erased at the request of people, and in no other number`)
  }
  return {heading: 'Data', lines: wrap([...facts, `store of ${writeBytes(quality.storeBytes)}`], width)}
}
