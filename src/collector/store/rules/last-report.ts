import type {Batch} from '../store.ts'

/**
 * The counter of the last report. Its count is an instant, so the greatest one counts instead of the sum. It is exact to
 * the minute, so that a busy project does not write it with every report.
 */
export const lastReport = 'last-report'

/** Adds a count to that of the same counter. Pure. */
export const addCount = (counter: string, before: number, count: number): number =>
  counter === lastReport ? Math.max(before, count) : before + count

const minuteMs = 60_000

/** When a batch was received, Unix milliseconds, exact to the minute. Zero if it was imported: that is no report. */
export const minuteOfReport = ({receivedAtMs, isTrusted, isRestored}: Batch): number =>
  isTrusted === true || isRestored === true ? 0 : Math.floor(receivedAtMs / minuteMs) * minuteMs
