import {UsageError} from '../../errors.ts'
import {describeValue} from '../../protocol/values/problem.ts'
import {reportedSystem} from '../../protocol/values/system-names.ts'
import type {HeaderWord} from './header-words.ts'

/** The filters of a question. Null sets no limit. Filters that are set apply together. */
export interface StatsFilters {
  /** The version of the software, as reported. */
  readonly appVersion: string | null
  /** The name of the operating system, for example `Linux`. */
  readonly system: string | null
  readonly ci: 'only' | 'none' | null
  /** Runs by any coding agent (`only`), by none, or by the agent of this name. */
  readonly agent: string | null
  readonly application: string | null
  /** `NAME=VALUE`: only runs in which the declared field has this value. */
  readonly field: string | null
  readonly featureType: string | null
  /** True: internal uses of features, not chosen by a person. False: direct uses. */
  readonly internal: boolean | null
}

/** The filters that limit a header value, and its word. */
export const wordOfFilter = {
  appVersion: 'version',
  system: 'system',
  application: 'application',
} as const satisfies Partial<Record<keyof StatsFilters, HeaderWord>>
export const wordFilters = Object.keys(wordOfFilter) as readonly (keyof typeof wordOfFilter)[]

/** What a filter limits, in words. */
export const describeFilterName = (name: keyof StatsFilters): string =>
  name === 'appVersion' ? 'version' : name === 'featureType' ? 'feature type' : name

/** The names of the filters on a command line and in an address. */
export const filterNames = [
  'app-version',
  'system',
  'ci',
  'agent',
  'application',
  'field',
  'feature-type',
  'internal',
  'direct',
] as const
export type WrittenFilters = Readonly<Partial<Record<(typeof filterNames)[number], string | null | undefined>>>

export const noFilters: StatsFilters = {
  appVersion: null,
  system: null,
  ci: null,
  agent: null,
  application: null,
  field: null,
  featureType: null,
  internal: null,
}

/** The most characters of a filter. No name in a report is longer. */
const maxLength = 256

/** Reads filters from a command line or an address. Throws USAGE_QUERY_INVALID. */
export function parseFilters(written: WrittenFilters): StatsFilters {
  const text = (name: keyof WrittenFilters): string | null => {
    const value = written[name] ?? null
    if (value !== null && (value === '' || value.length > maxLength))
      throw invalid(`${name} must have 1 to ${maxLength} characters, got ${describeValue(value)}`)
    return value
  }
  const ci = text('ci')
  if (ci !== null && ci !== 'only' && ci !== 'none') throw invalid(`ci must be only or none, got ${describeValue(ci)}`)
  const isInternal = parseSwitch('internal', written.internal)
  const isDirect = parseSwitch('direct', written.direct)
  if (isInternal && isDirect) throw invalid('internal and direct must not be combined')
  const filters: StatsFilters = {
    appVersion: text('app-version'),
    system: systemOf(text('system')),
    ci,
    agent: text('agent'),
    application: text('application'),
    field: text('field'),
    featureType: text('feature-type'),
    internal: isInternal ? true : isDirect ? false : null,
  }
  if (limitsFields(filters) && limitsFeatures(filters))
    throw invalid('field must not be combined with a filter on features: runs have fields, features do not')
  if (filters.field !== null && fieldFilterOf(filters) === null)
    throw invalid(`field must be NAME=VALUE, got ${describeValue(filters.field)}`)
  return filters
}

const systemOf = (name: string | null): string | null => (name === null ? null : reportedSystem(name))

function parseSwitch(name: string, written: string | null | undefined): boolean {
  if (written == null) return false
  if (written === '1') return true
  throw invalid(`${name} must be 1, got ${describeValue(written)}`)
}

/** Whether a filter selects uses of features. Then answers about runs are impossible. */
export const limitsFeatures = ({featureType, internal}: StatsFilters): boolean =>
  featureType !== null || internal !== null

/** Whether a filter selects headers. */
export const limitsHeaders = (filters: StatsFilters): boolean =>
  filters.ci !== null || filters.agent !== null || wordFilters.some(filter => filters[filter] !== null)

/** Whether a filter selects runs by a field. Then answers about features are impossible: features have no fields. */
export const limitsFields = ({field}: StatsFilters): boolean => field !== null

/** Whether a filter selects some of the runs. Then counts that are stored without them are impossible. */
export const limitsRuns = (filters: StatsFilters): boolean => limitsHeaders(filters) || limitsFields(filters)

/** A field, and the text of a value that it must have. */
export interface FieldFilter {
  readonly name: string
  readonly value: string
  /** The value as a number; NaN if it is none. */
  readonly number: number
}

/** The filter on a field, read from `NAME=VALUE`. Null if there is none. */
export function fieldFilterOf({field}: StatsFilters): FieldFilter | null {
  const end = field?.indexOf('=') ?? -1
  if (field === null || end < 1) return null
  const value = field.slice(end + 1)
  return {name: field.slice(0, end), value, number: value.trim() === '' ? Number.NaN : Number(value)}
}

/** Whether a filter on agents selects a header with this agent. */
export const isAgentChosen = ({agent}: StatsFilters, own: string | null): boolean =>
  agent === null || (agent === 'only' ? own !== null : (agent === 'none' ? null : agent) === own)

const invalid = (message: string): UsageError => new UsageError('USAGE_QUERY_INVALID', message)

/** A filter whose value nobody reported in the range. */
export interface UnknownFilter {
  readonly name: keyof StatsFilters
  readonly value: string
  /** At most ten values that were reported, the most frequent first. */
  readonly known: readonly string[]
}
