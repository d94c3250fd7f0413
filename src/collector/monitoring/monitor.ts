import type {Log} from './log.ts'

/** The ways into a collector. */
export type Entrance = 'http' | 'udp' | 'inbox'

/** How many events of a report, or of several, had which outcome. */
export interface EventCounts {
  readonly accepted: number
  readonly duplicates: number
  readonly refused: number
}

/** Counts for `/metrics`. Every method is cheap and never throws. */
export interface Meter {
  /** @param route the pattern of the address, such as `/v1/projects/:id/stats`, never what the client asked for */
  answered(route: string, status: number): void
  refused(by: Entrance | 'event', code: string, times: number): void
  stored(project: string, counts: EventCounts): void
  committed(seconds: number, isWritten: boolean): void
  purged(project: string, months: number, seconds: number): void
}

/** What the parts of a collector report about their work: to the log, and to `/metrics` if there is one. */
export interface Monitor {
  readonly log: Log
  answered: Meter['answered']
  /**
   * A request or a whole report was refused.
   *
   * @param project the id of a project of this collector. Null if it is not known.
   */
  refused(by: Entrance, code: string, project: string | null, times?: number): void
  /** The events of a project were written. `codes` says why the others were refused. */
  stored(project: string, counts: EventCounts, codes: readonly string[]): void
  committed: Meter['committed']
  purged(project: string, months: number, seconds: number): void
}

const noMeter: Meter = {answered() {}, refused() {}, stored() {}, committed() {}, purged() {}}

export function createMonitor(log: Log, meter: Meter = noMeter): Monitor {
  return {
    log,
    answered: meter.answered,
    committed: meter.committed,
    refused(by, code, project, times = 1) {
      log.warn('refused', {by, code, ...(project !== null && {project}), ...(times > 1 && {times})})
      meter.refused(by, code, times)
    },
    stored(project, counts, codes) {
      meter.stored(project, counts)
      if (codes.length === 0) return
      for (const [code, {length: times}] of Map.groupBy(codes, code => code)) {
        log.warn('events refused', {code, project, ...(times > 1 && {times})})
        meter.refused('event', code, times)
      }
    },
    purged(project, months, seconds) {
      log.info('purged', {project, months, seconds})
      meter.purged(project, months, seconds)
    },
  }
}
