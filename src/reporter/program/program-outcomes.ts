import type {ConsentReason} from '../consent/consent.ts'
import type {RecordOutcome} from '../record/record.ts'

/** Why nothing a program reports is recorded. */
export type IdleReason = 'project-file' | 'node-too-old'
/** Why a program's event is not recorded: a rule of consent, its own switch, a closed reporter, or nothing is. */
export type DeclineReason = Exclude<ConsentReason, 'allowed'> | 'switched-off' | 'closed' | IdleReason
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
