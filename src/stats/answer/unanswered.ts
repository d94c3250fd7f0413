import {limitsFeatures, limitsHeaders, type StatsFilters} from '../model/filters.ts'

const ofRuns = [
  ...['runs', 'scripts', 'duration', 'outcomes', 'successRate', 'commonestFault', 'exitCodes', 'versions', 'adoption'],
  ...['systems', 'readableSystems', 'schedulers', 'applications', 'ci', 'fields', 'trend.previous.runs'],
  ...['trend.runsChange', 'trend.yearBefore.runs', 'trend.yearBefore.runsChange', 'quality.ciRuns'],
]
const ofReports = [
  'duplicates',
  'refused',
  'clamped',
  'undeclaredFields',
  'erased',
  'datagrams',
  'datagramsLost',
  'datagramsUnknown',
].map(name => `quality.${name}`)

/**
 * The answers that a filter makes null: a filter on features says nothing about runs, declared names have no type, and
 * what became of whole reports is counted without their headers. Pure.
 */
export function unanswered(filters: StatsFilters): string[] {
  const onFeatures = limitsFeatures(filters)
  return [
    ...(onFeatures ? ofRuns : []),
    ...(filters.featureType === null ? [] : ['unusedFeatures']),
    ...(onFeatures || limitsHeaders(filters) ? ofReports : []),
  ]
}
