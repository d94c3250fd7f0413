import type {Answer} from '../../protocol/report/answer.ts'
import type {InsertOutcome} from '../store/store.ts'
import type {Admission} from './admit.ts'

/**
 * The answer to a report that was written. Pending events are accepted: they are on disk, and the sender must not send
 * them again. Pure.
 *
 * @param outcomes of the events of the batch, then of its pending events
 */
export function answerReport({batch, rejected, undeclared}: Admission, outcomes: readonly InsertOutcome[]): Answer {
  const ofPending = outcomes.slice(batch.events.length)
  const noRoom = undeclared.filter((_, index) => ofPending[index] === 'refused')
  const accepted = outcomes.filter(outcome => outcome === 'accepted').length
  const pending = ofPending.filter(outcome => outcome === 'accepted').length
  return {
    accepted,
    duplicates: outcomes.length - accepted - noRoom.length,
    rejected: [...rejected, ...noRoom].sort((a, b) => a.index - b.index),
    ...(pending > 0 ? {pending} : {}),
  }
}

/** The answer to a report that is only checked. Pure. */
export const answerDryRun = (admission: Admission): Answer =>
  answerReport(
    admission,
    Array<InsertOutcome>(admission.batch.events.length + admission.undeclared.length).fill('accepted'),
  )
