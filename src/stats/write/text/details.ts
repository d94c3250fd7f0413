import {toPlainText} from '../../../protocol/values/plain-text.ts'
import type {UserBounds} from '../../model/breakdowns.ts'
import type {FieldCounts} from '../../model/model.ts'
import {fit, flow, layOut, maxRows, more, wrap} from './draw.ts'
import type {Page, Section} from './page.ts'
import {
  describeBound,
  isUnknown,
  writeCount,
  writeCounted,
  writeNumber,
  writePeople,
  writeSeconds,
  writeUsers,
} from './write.ts'

const maxValues = 5

/** Writes the features that were used, with direct and internal uses in separate columns, and how long they took. */
export function writeFeatures(page: Page): Section {
  const features = page.stats.features ?? []
  const {paint, width} = page
  const rows = features
    .slice(0, maxRows)
    .map(feature => [
      fit(feature.name, Math.max(8, width - 58)),
      fit(feature.type, 12),
      feature.count - feature.internalCount,
      feature.internalCount,
      feature.runs ?? '',
      feature.users ?? writeUsers(feature),
      feature.meanSeconds === null ? '' : writeSeconds(feature.meanSeconds),
    ])
  const [head, ...body] = layOut([['name', 'type', 'direct', 'internal', 'runs', 'users', 'mean'], ...rows])
  const lines = rows.length === 0 ? [] : [paint.dim(head!), ...body, ...more(features.length, 'feature')]
  return {heading: 'Features', lines: [...lines, ...durationLines(page)]}
}

/** How long single uses took. Empty if no feature has such a duration. */
function durationLines({stats: {features}, paint, width}: Page): string[] {
  const timed = (features ?? []).filter(({p50Seconds}) => p50Seconds !== null)
  const rows = timed.slice(0, maxRows).map(({name, p50Seconds, p90Seconds, p99Seconds, maxSeconds}) => {
    const values = [p50Seconds, p90Seconds, p99Seconds, maxSeconds]
    return [fit(name, Math.max(8, width - 58)), ...values.map(one => (one === null ? '' : writeSeconds(one)))]
  })
  if (rows.length === 0) return []
  const [head, ...body] = layOut([['how long', 'median', '90 % at most', '99 % at most', 'longest'], ...rows])
  const bound = Math.max(...timed.map(({percentileBound}) => percentileBound ?? 0))
  return ['', paint.dim(head!), ...body, ...more(timed.length, 'feature'), ...flow(describeBound(bound), width)]
}

/** Writes the values of details, feature by feature. */
export function writeDetails({stats: {details}, width}: Page): Section {
  const byDetail = [
    ...Map.groupBy(details ?? [], ({type, name, detail}) => JSON.stringify([type, name, detail])).values(),
  ]
  const lines = byDetail.slice(0, maxRows).flatMap(rows => {
    const {name, detail, mean, median, max} = rows[0]!
    const head = `${toPlainText(name)}, ${toPlainText(detail)}:`
    if (mean !== null && median !== null && max !== null)
      return wrap(
        [`${head} mean ${writeNumber(mean)}`, `median ${writeNumber(median)}`, `max ${writeNumber(max)}`],
        width,
      )
    return wrap(
      listValues(
        head,
        rows.map(({value, count, ...people}) => ({value, count, people})),
      ),
      width,
    )
  })
  return {heading: 'Details of features', lines: [...lines, ...more(byDetail.length, 'detail')]}
}

/** Writes the declared features that nobody used. */
export function writeUnused({stats, width}: Page): Section {
  const unused = stats.unusedFeatures ?? []
  const names = unused.slice(0, 2 * maxRows).map(name => fit(name, width - 1))
  const lines = [...wrap(names, width), ...more(unused.length, 'feature', 2 * maxRows)]
  return {heading: `Unused features: ${writeCount(unused.length)}`, lines}
}

/** Writes the declared fields that runs reported. */
export function writeFields({stats: {fields}, width}: Page): Section {
  const lines = Object.entries(fields ?? {})
    .filter(([, field]) => field.n > 0)
    .flatMap(([name, field]) => wrap(describeField(name, field), width))
  return {heading: 'Fields', lines}
}

/** ` by 12 users`; empty if the runs do not say who started them. */
const byUsers = ({usersLow, usersHigh}: UserBounds): string =>
  isUnknown({low: usersLow, high: usersHigh}) ? '' : ` by ${writePeople({low: usersLow, high: usersHigh})}`

function describeField(name: string, {n, mean, median, max, values, ...people}: FieldCounts): string[] {
  const head = `${toPlainText(name)} in ${writeCounted(n, 'run')}${byUsers(people)}:`
  if (mean !== null && median !== null && max !== null)
    return [`${head} mean ${writeNumber(mean)}`, `median ${writeNumber(median)}`, `max ${writeNumber(max)}`]
  return listValues(
    head,
    (values ?? []).map(({value, runs, ...some}) => ({value, count: runs, people: some})),
  )
}

interface CountedValue {
  readonly value: string | boolean | null
  readonly count: number
  readonly people: UserBounds
}

/** `head local in 2 by 1 person`, `remote in 1 by 1 person`. */
function listValues(head: string, values: readonly CountedValue[]): string[] {
  const counted = values
    .slice(0, maxValues)
    .map(({value, count, people}) => `${fit(String(value), 32)} in ${writeCount(count)}${byUsers(people)}`)
  const rest = values.length - maxValues
  const [first, ...others] = rest > 0 ? [...counted, writeCounted(rest, 'other value')] : counted
  return [`${head} ${first}`, ...others]
}
