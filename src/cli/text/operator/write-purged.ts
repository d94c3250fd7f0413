import type {PurgeStep} from '../../../collector/upkeep/retention.ts'
import {toPlainText} from '../../../protocol/values/plain-text.ts'
import {writeAmount} from '../words.ts'

/** The result of `usage purge`. */
export interface Purged {
  readonly dryRun: boolean
  readonly events: number
  readonly runs: number
  readonly months: readonly PurgeStep[]
}

/** The progress line of one month. */
export const writePurgeStep = ({project, what, month, events, runs}: PurgeStep): string =>
  `${project} ${month}: ${what === 'runs' ? writeAmount(runs, 'run') : writeAmount(events, 'feature event')}`

export function writePurged({dryRun, events, runs, months}: Purged, data: string): string {
  const store = `the data folder of the collector, ${toPlainText(data)}`
  if (months.length === 0) return `Nothing is past its retention time in ${store}.`
  const ofKind = (what: PurgeStep['what'], count: number, thing: string): string[] => {
    const some = months.filter(month => month.what === what)
    return some.length === 0 ? [] : [`${writeAmount(count, thing)} of ${writeAmount(some.length, 'month')}`]
  }
  const what = [...ofKind('features', events, 'feature event'), ...ofKind('runs', runs, 'run')].join(' and ')
  return `${dryRun ? 'Would be replaced' : 'Replaced'} with totals: ${what}, in ${store}.`
}
