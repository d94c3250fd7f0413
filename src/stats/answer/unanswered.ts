import {limitsFeatures, limitsFields, limitsRuns, type StatsFilters} from '../model/filters.ts'
import {type QualityCount, qualityCounts} from '../model/quality-counts.ts'
import {ofRuns} from './derive-answers.ts'

/** Keys inside other answers that are about runs. */
const runsInTrend = ['trend.previous.runs', 'trend.runsChange', 'trend.yearBefore.runs', 'trend.yearBefore.runsChange']

/** Keys of the data quality with this need. */
const qualityKeys = (needs: QualityCount['needs']): string[] => [
  ...new Set(qualityCounts.filter(count => count.needs === needs).map(({key, partOf}) => `quality.${partOf ?? key}`)),
]

/** The answers about features, and about events without a run. */
const ofFeatures = [
  'features',
  'details',
  'featureOutcomes',
  'featureVersionOutcomes',
  'unusedFeatures',
  'quality.unpaired',
]

/**
 * The keys that are null because of a filter. A filter on features leaves no answer about runs, and one on their type
 * no unused names, because names are declared without a type. A filter on a field leaves none about features. Any filter leaves no counts of reports, because they are
 * counted without their headers. Pure.
 */
export function findUnanswered(filters: StatsFilters): string[] {
  const onFeatures = limitsFeatures(filters)
  return [
    ...(onFeatures ? [...Object.keys(ofRuns), ...runsInTrend, ...qualityKeys('runs')] : []),
    ...(limitsFields(filters) ? ofFeatures : []),
    ...(filters.featureType === null ? [] : ['unusedFeatures']),
    ...(onFeatures || limitsRuns(filters) ? ['clients', ...qualityKeys('reports')] : []),
  ]
}
