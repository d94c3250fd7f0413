import type {ConsentReason} from '../consent/consent.ts'

/** Why a reporter records nothing at all. */
export type IdleReason = Extract<DeclineReason, 'project-file' | 'node-too-old'>
/** Why an event is not recorded: a consent rule, `setEnabled(false)`, a closed reporter, or one that cannot record. */
export type DeclineReason =
  | Exclude<ConsentReason, 'allowed'>
  | 'switched-off'
  | 'closed'
  | 'project-file'
  | 'node-too-old'

export interface Declined {
  readonly kind: 'declined'
  readonly reason: DeclineReason
}
/** Not recorded, because this is an MPI rank other than 0: only rank 0 reports. */
export interface Silent {
  readonly kind: 'silent'
  readonly reason: 'mpi-rank'
}

/** The result of `close`: events that it wrote, and uses lost because the disk failed or the time was over. */
export interface CloseOutcome {
  readonly kind: 'closed'
  readonly written: number
  readonly dropped: number
}
