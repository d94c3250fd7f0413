import type {AdmittedEvent, Batch, InsertOutcome} from '../store.ts'
import {countClient} from './client-counts.ts'
import {lastReport, minuteOfReport} from './last-report.ts'

/**
 * What a batch adds to the counters of the day of its receipt. Pure.
 *
 * @param outcomes of its events, in order, and then of its pending ones
 * @param folded the events with a folded value
 */
export function countBatch(
  batch: Batch,
  outcomes: readonly InsertOutcome[],
  folded: ReadonlySet<AdmittedEvent>,
): Readonly<Record<string, number>> {
  // An export has the counters of its store.
  if (batch.isRestored === true) return {}
  const accepted = batch.events.filter((_, index) => outcomes[index] === 'accepted')
  const countOf = (kind: InsertOutcome): number => outcomes.filter(outcome => outcome === kind).length
  return {
    duplicates: countOf('duplicate'),
    refused: batch.refused + countOf('refused'),
    clamped: accepted.filter(({isClamped}) => isClamped).length,
    datagrams: batch.datagrams ?? 0,
    'beyond-budget': batch.beyondBudget ?? 0,
    'wrong-periods': batch.hasWrongPeriod === true ? accepted.length : 0,
    folded: accepted.filter(one => folded.has(one)).length,
    [lastReport]: minuteOfReport(batch),
    ...countClient(batch),
    'undeclared-fields': accepted.reduce((sum, {undeclaredFields}) => sum + undeclaredFields, 0),
  }
}
