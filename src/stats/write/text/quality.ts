import {toPlainText} from '../../../protocol/plain-text.ts'
import type {Quality} from '../../model/model.ts'
import {wrap} from './draw.ts'
import type {Page, Section} from './page.ts'
import {writeBytes, writeCounted} from './write.ts'

/** What the answers are limited to, and what cannot be answered so. */
export function writeFilters({stats: {filters, unanswered}, width}: Page): Section {
  const {appVersion, system, ci, application, featureType, internal} = filters
  const told = {
    'app-version': appVersion,
    system,
    ci,
    application,
    'feature-type': featureType,
    use: internal === null ? null : internal ? 'internal' : 'direct',
  }
  const set = Object.entries(told).flatMap(([name, value]) => (value === null ? [] : [`${name} ${toPlainText(value)}`]))
  const [first, ...others] = unanswered
  const unknown = first === undefined ? [] : wrap([`Not answered under this filter: ${first}`, ...others], width)
  return {heading: 'Limited to', lines: [...wrap(set, width), ...unknown]}
}

/** What is counted and may be null under a filter. */
type CountName = Exclude<
  keyof Quality,
  | 'erased'
  | 'tables'
  | ('featuresSince' | 'runsSince')
  | ('storeBytes' | 'freeBytes' | 'bytesPerRun' | 'bytesPerFeature' | 'growthBytes' | 'diskFullOn')
>

/** What is known about the data: silent when all is well, except for the size. */
export function writeData({stats: {quality}, width}: Page): Section {
  const told: readonly [CountName, (count: number) => string][] = [
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
  const facts = told.flatMap(([name, tell]) => ((quality[name] ?? 0) > 0 ? [tell(quality[name]!)] : []))
  const {runs, features} = quality.erased ?? {runs: 0, features: 0}
  if (runs + features > 0) {
    const what = `${writeCounted(runs, 'run')} and ${writeCounted(features, 'feature event')}`
    facts.push(`${what} erased at the request of people, and in no other number`)
  }
  if (quality.featuresSince !== null)
    facts.push(`single uses of features since ${quality.featuresSince}, totals before`)
  if (quality.runsSince !== null)
    facts.push(`single runs since ${quality.runsSince}, totals of months and years before`)
  return {heading: 'Data', lines: wrap([...facts, ...describeStore(quality)], width)}
}

/** `store of 8.1 MB`, `380 bytes a run`, `100 bytes a feature event`, `growing by 1.2 MB in thirty days`, `the disk is full on 2031-04-02 if it goes on so`. */
export function describeStore(quality: Quality): string[] {
  const {storeBytes, bytesPerRun, bytesPerFeature, growthBytes, diskFullOn} = quality
  const per = (bytes: number | null, what: string): string[] => (bytes === null ? [] : [`${bytes} bytes ${what}`])
  const growth =
    growthBytes === null || growthBytes <= 0 ? [] : [`growing by ${writeBytes(growthBytes)} in thirty days`]
  const full = diskFullOn === null ? [] : [`the disk is full on ${diskFullOn} if it goes on so`]
  const rows = [...per(bytesPerRun, 'a run'), ...per(bytesPerFeature, 'a feature event')]
  return [`store of ${writeBytes(storeBytes)}`, ...rows, ...growth, ...full]
}
