import type {Quality, Stats} from './model.ts'

/** The description of one count of the data quality. */
export interface QualityCount {
  /** The name in tables. */
  readonly key: string
  /** The key in `Quality` that contains it; default: `key`. */
  readonly partOf?: 'erased'
  readonly title: string
  readonly meaning: string
  /** What is counted. */
  readonly unit: string
  /** What happened, for a sentence: `4 events received again`. Absent: the terminal page does not show the count. */
  readonly what?: string
  /** `reports`: null with any filter. `runs`: null with a filter on features. */
  readonly needs?: 'reports' | 'runs'
  readonly count: (quality: Quality) => number | null
}

/** The counts of the data quality, in the order of tables and pages. */
export const qualityCounts: readonly QualityCount[] = [
  {
    key: 'ciRuns',
    title: 'Runs of CI',
    meaning: 'counted as runs, never as users',
    unit: 'run',
    what: 'of CI (not counted as users)',
    needs: 'runs',
    count: ({ciRuns}) => ciRuns,
  },
  {
    key: 'duplicates',
    title: 'Duplicates',
    meaning: 'events that arrived again and were counted once; typical of an unreliable network',
    unit: 'event',
    what: 'received again and counted once',
    needs: 'reports',
    count: ({duplicates}) => duplicates,
  },
  {
    key: 'refused',
    title: 'Rejected',
    meaning: 'events with undeclared features, events that were too old, damaged events',
    unit: 'event',
    what: 'rejected',
    needs: 'reports',
    count: ({refused}) => refused,
  },
  {
    key: 'unpaired',
    title: 'Without a run',
    meaning: 'ends and features for which no run was found',
    unit: 'event',
    what: 'without a run',
    count: ({unpaired}) => unpaired,
  },
  {
    key: 'clamped',
    title: 'From the future',
    meaning: 'events from clocks that are ahead; their time was set to the time of receipt',
    unit: 'event',
    what: 'from the future (set to the time of receipt)',
    needs: 'reports',
    count: ({clamped}) => clamped,
  },
  {
    key: 'wrongPeriods',
    title: 'From wrong clocks',
    meaning:
      'events whose pseudonyms were made for another year or month; they were stored without them, so their users are unknown',
    unit: 'event',
    what: 'from wrong clocks (stored without pseudonyms)',
    needs: 'reports',
    count: ({wrongPeriods}) => wrongPeriods,
  },
  {
    key: 'undeclaredFields',
    title: 'Undeclared values',
    meaning: 'values that the project file does not declare; their events were stored without them',
    unit: 'value',
    what: 'of undeclared fields dropped',
    needs: 'reports',
    count: ({undeclaredFields}) => undeclaredFields,
  },
  {
    key: 'pending',
    title: 'Not declared yet',
    meaning: 'feature events that wait for up to 30 days until the project file declares their feature',
    unit: 'event',
    what: 'of features that are not declared yet',
    needs: 'reports',
    count: ({pending}) => pending,
  },
  {
    key: 'folded',
    title: 'Folded',
    meaning: 'events with a version, name or value that was one of too many new ones in a day; it is shown as (other)',
    unit: 'event',
    what: 'with a value shown as (other), because there were too many new ones in a day',
    needs: 'reports',
    count: ({folded}) => folded,
  },
  {
    key: 'beyondBudget',
    title: 'Beyond the budget',
    meaning: 'events that were not stored because the project sent too many in a short time; most senders tried again',
    unit: 'event',
    what: 'not stored because there were too many in a short time',
    needs: 'reports',
    count: ({beyondBudget}) => beyondBudget,
  },
  {
    key: 'erasedRuns',
    partOf: 'erased',
    title: 'Runs erased',
    meaning: 'at the request of the people who ran them; no other number contains them',
    unit: 'run',
    what: 'erased at the request of people',
    needs: 'reports',
    count: ({erased}) => erased?.runs ?? null,
  },
  {
    key: 'erasedFeatures',
    partOf: 'erased',
    title: 'Feature events erased',
    meaning: 'at the request of people; totals made before the erasure still contain them',
    unit: 'feature event',
    what: 'erased at the request of people',
    needs: 'reports',
    count: ({erased}) => erased?.features ?? null,
  },
  {
    key: 'datagrams',
    title: 'Datagrams',
    meaning: 'that contained events of this project',
    unit: 'datagram',
    needs: 'reports',
    count: ({datagrams}) => datagrams,
  },
  {
    key: 'datagramsLost',
    title: 'Datagrams lost',
    meaning: 'before the collector read them, of all projects',
    unit: 'datagram',
    what: 'lost (of all projects)',
    needs: 'reports',
    count: ({datagramsLost}) => datagramsLost,
  },
  {
    key: 'datagramsUnknown',
    title: 'Unreadable datagrams',
    meaning: 'of all projects',
    unit: 'datagram',
    what: 'unreadable (of all projects)',
    needs: 'reports',
    count: ({datagramsUnknown}) => datagramsUnknown,
  },
]

/** Runs without a reported end: an outcome that is also a sign of data quality. */
export const lostRuns = {
  title: 'Lost runs',
  meaning: 'that began and never reported an end',
  count: ({outcomes}: Stats): number | null => outcomes?.lost ?? null,
}
