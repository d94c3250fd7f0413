import type {Consent} from '../consent/consent.ts'
import type {FlushOutcome} from '../person/flush.ts'
import type {CloseOutcome, Declined, IdleReason} from './program-outcomes.ts'

/** The result of a flush without events. */
export const noFlush: FlushOutcome = {sent: 0, duplicates: 0, refused: 0, kept: 0, dropped: 0, projects: []}

/** Replaces a reporter that cannot record. It records nothing, and the program continues. */
export class IdleReporter {
  readonly problem: string
  readonly enabled = false
  readonly notice = null

  private readonly declined: Declined

  constructor(reason: IdleReason, problem: string) {
    this.problem = problem
    this.declined = {kind: 'declined', reason}
  }

  get consent(): Consent {
    return {
      allowed: false,
      reason: 'no-endpoint',
      sending: false,
      needsNotice: false,
      heldBy: null,
      decidedBy: null,
      text: this.problem,
    }
  }

  noticeShown = (): boolean => false
  noticeFailed = (): void => {}
  setEnabled = (): void => {}
  setApplication = (): void => {}
  setInterval = (): void => {}
  start = (): Declined => this.declined
  feature = (): Declined => this.declined
  end = (): Declined => this.declined
  flush = async (): Promise<FlushOutcome> => noFlush
  close = async (): Promise<CloseOutcome> => ({kind: 'closed', written: 0, dropped: 0})
}
