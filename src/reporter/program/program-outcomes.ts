import type {ConsentReason} from '../consent/consent.ts'
import type {RecordOutcome} from '../record/record.ts'

/** Why a program's word is not taken: a rule of consent, its own switch, or that it has closed the reporter. */
export type DeclineReason = Exclude<ConsentReason, 'allowed'> | 'switched-off' | 'closed' | 'project-file'
export interface Declined {
  readonly kind: 'declined'
  readonly reason: DeclineReason
}
/** An MPI rank other than 0: rank 0 speaks for its job. */
export type Silent = Extract<RecordOutcome, {readonly kind: 'silent'}>

/** What closing came to: events written now, and uses lost because the disk failed or the time was over. */
export interface CloseOutcome {
  readonly kind: 'closed'
  readonly written: number
  readonly dropped: number
}
