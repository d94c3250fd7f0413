import type {Consent} from '../consent/consent.ts'
import type {FlushOutcome} from '../person/flush.ts'
import type {CloseOutcome, Declined} from './program-outcomes.ts'

/** A flush that had nothing to do. */
export const noFlush: FlushOutcome = {sent: 0, duplicates: 0, refused: 0, kept: 0, dropped: 0, projects: []}

const declined: Declined = {kind: 'declined', reason: 'project-file'}

/** What stands in for a reporter whose project file is missing or wrong: it counts nothing, and the program goes on. */
export class IdleReporter {
  readonly problem: string
  readonly enabled = false
  readonly notice = null

  constructor(problem: string) {
    this.problem = problem
  }

  get consent(): Consent {
    const no = {allowed: false, reason: 'no-endpoint', sending: false, heldBy: null} as const
    return {...no, decidedBy: null, text: this.problem}
  }

  noticeShown = (): boolean => false
  noticeFailed = (): void => {}
  setEnabled = (): void => {}
  setApplication = (): void => {}
  setInterval = (): void => {}
  start = (): Declined => declined
  feature = (): Declined => declined
  end = (): Declined => declined
  flush = async (): Promise<FlushOutcome> => noFlush
  close = async (): Promise<CloseOutcome> => ({kind: 'closed', written: 0, dropped: 0})
}
