import type {PurgeStep} from '../collector/retention.ts'
import {writeAmount} from './words.ts'

/** What `usage purge` did, or would do. */
export interface Purged {
  readonly dryRun: boolean
  readonly events: number
  readonly months: readonly PurgeStep[]
}

/** The line of progress for one month. */
export const writePurgeStep = ({project, month, events}: PurgeStep): string =>
  `${project} ${month}: ${writeAmount(events, 'feature event')}`

export function writePurged({dryRun, events, months}: Purged): string {
  if (months.length === 0) return 'Nothing is past its limit.'
  const what = `${writeAmount(events, 'feature event')} of ${writeAmount(months.length, 'month')}`
  return dryRun ? `Would be replaced by totals: ${what}.` : `Replaced by totals: ${what}.`
}
