import {toPlainText} from '../../../protocol/values/plain-text.ts'
import {describeFilterName, type UnknownFilter} from '../../model/filters.ts'
import type {Quality} from '../../model/model.ts'
import {qualityCounts} from '../../model/quality-counts.ts'
import {wrap} from './draw.ts'
import type {Page, Section} from './page.ts'
import {writeBytes, writeCounted, writeInstant} from './write.ts'

/** Writes the filters that are set, and the answers that are null because of them. */
export function writeFilters({stats: {filters, unanswered, unknownFilters}, width}: Page): Section {
  const {appVersion, system, ci, agent, application, field, featureType, internal} = filters
  const values = {
    'app-version': appVersion,
    system,
    ci,
    agent,
    application,
    field,
    'feature-type': featureType,
    use: internal === null ? null : internal ? 'internal' : 'direct',
  }
  const set = Object.entries(values).flatMap(([name, value]) =>
    value === null ? [] : [`${name} ${toPlainText(value)}`],
  )
  const [first, ...others] = unanswered
  const unknown = first === undefined ? [] : wrap([`No answer with this filter: ${first}`, ...others], width)
  const hints = unknownFilters.flatMap(one => wrap(describeUnknown(one), width))
  return {heading: 'Filters', lines: [...wrap(set, width), ...unknown, ...hints]}
}

/** `Nobody reported the version 9.9. Reported: 2.3.0`, `2.2.1`. */
function describeUnknown({name, value, known}: UnknownFilter): string[] {
  const nobody = `Nobody reported the ${describeFilterName(name)} ${toPlainText(value)}.`
  const [first, ...others] = known.map(toPlainText)
  return first === undefined ? [nobody] : [`${nobody} Reported: ${first}`, ...others]
}

/** Writes the counts of the data quality that are not zero, and the size of the store. */
export function writeData({stats, width}: Page): Section {
  const {quality} = stats
  const {featuresSince, runsSince, duplicates} = quality
  const counts = qualityCounts.flatMap(({unit, what, count}) => {
    const value = count(quality) ?? 0
    return value === 0 || what === undefined ? [] : [`${writeCounted(value, unit)} ${what}`]
  })
  const since = [
    ...(stats.since === null ? [] : [`data since ${stats.since}`]),
    ...(quality.lastReport === null ? [] : [`last report received at ${writeInstant(quality.lastReport)}`]),
    ...(featuresSince === null ? [] : [`single uses of features since ${featuresSince}, totals before that`]),
    ...(runsSince === null ? [] : [`single runs since ${runsSince}, totals of months and years before that`]),
  ]
  const isFiltered = stats.unanswered.includes('quality.duplicates')
  const unknown = duplicates === null && !isFiltered ? ['unknown how many events were received again'] : []
  return {heading: 'Data', lines: wrap([...counts, ...unknown, ...since, ...describeStore(quality)], width)}
}

/**
 * `store of 8.1 MB`, `380 bytes a run`, `100 bytes a feature event`, `growing by 1.2 MB in 30 days`, `at this rate, the
 * disk is full on 2031-04-02`.
 */
export function describeStore(quality: Quality): string[] {
  const {storeBytes, bytesPerRun, bytesPerFeature, growthBytes, diskFullOn} = quality
  const per = (bytes: number | null, what: string): string[] => (bytes === null ? [] : [`${bytes} bytes ${what}`])
  const growth = growthBytes === null || growthBytes <= 0 ? [] : [`growing by ${writeBytes(growthBytes)} in 30 days`]
  const full = diskFullOn === null ? [] : [`at this rate, the disk is full on ${diskFullOn}`]
  const rows = [...per(bytesPerRun, 'a run'), ...per(bytesPerFeature, 'a feature event')]
  return [`store of ${writeBytes(storeBytes)}`, ...rows, ...growth, ...full]
}
