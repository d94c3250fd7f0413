import type {AdmittedEvent} from '../store.ts'

/**
 * Since when single events are kept, Unix milliseconds. Older events are refused, because no total would include them.
 */
export interface KeptSince {
  readonly runsMs: number
  readonly featuresMs: number
}

/** Whether only totals of the time of an event are kept. Pure. */
export const isTooOld = ({event, timeMs}: AdmittedEvent, {runsMs, featuresMs}: KeptSince): boolean =>
  timeMs < (event.type === 'feature' ? Math.max(featuresMs, runsMs) : runsMs)
