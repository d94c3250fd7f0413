import type {ConsentReason} from '../consent/consent.ts'
import type {RecordOutcome} from '../record/record.ts'

/** Why a reporter records nothing at all. */
export type IdleReason = 'project-file' | 'node-too-old'
/** Why an event is not recorded: a consent rule, `setEnabled(false)`, a closed reporter, or an idle one. */
export type DeclineReason = Exclude<ConsentReason, 'allowed'> | 'switched-off' | 'closed' | IdleReason
export interface Declined {
  readonly kind: 'declined'
  readonly reason: DeclineReason
}
/** Not recorded, because this is an MPI rank other than 0: only rank 0 reports. */
export type Silent = Extract<RecordOutcome, {readonly kind: 'silent'}>

/** The result of `close`: events that it wrote, and uses lost because the disk failed or the time was over. */
export interface CloseOutcome {
  readonly kind: 'closed'
  readonly written: number
  readonly dropped: number
}
