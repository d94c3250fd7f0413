import {channel} from 'node:diagnostics_channel'

/**
 * The steps at which a process may die and nothing may be lost or counted twice. Tests kill at each of them: a test's
 * preloaded module subscribes to the channel; without a subscriber a step costs nothing.
 */
export const faultPoints = [
  'buffer: before the event is renamed',
  'buffer: after the event is renamed',
  'run: after the run is open',
  'run: before the run is closed',
  'lock: taken',
  'lock: a stale one removed',
  'sender: started',
  'claim: made',
  'claim: one file moved',
  'claim: all files moved',
  'claim: one file given back',
  'drop: taken out of the buffer',
  'drop: counted',
  'file: damaged and counted',
  'file: damaged lines set aside',
  'report: before it is posted',
  'folder: before the report is renamed',
  'report: answered',
  'report: logged',
  'report: one refusal kept',
  'report: settled in one file',
  'report: settled',
  'claim: before it is given back',
  'lock: before it is given back',
  'forget: asked',
  'forget: period marked',
  'forget: answered',
  'forget: receipt kept',
  'forget: periods removed',
  'housekeeping: tidied',
  'compaction: summed up',
  'inbox: a report delivered',
  'collector: a report admitted',
  'collector: events inserted',
  'collector: events committed',
  'collector: before the answer',
  'spool: batches on disk',
  'spool: block shipped',
  'collector: rows to erase found',
  'collector: rows erased',
  'collector: erasure committed',
  'collector: before the receipt',
  'collector: a month totalled',
  'collector: a piece of a month deleted',
  'collector: a piece of headers swept',
  'collector: a table of a project deleted',
  'collector: a project deleted',
  'shards: erased rows counted',
  'shards: totals kept',
  'shards: rows of one deleted',
  'backup: store copied',
  'backup: verified',
  'backup: before it is renamed',
  'restore: files prepared',
  'restore: marked as complete',
  'restore: one file replaced',
  'restore: done',
  'update: earlier version kept',
  'update: step done',
] as const
export type FaultPoint = (typeof faultPoints)[number]

/** The name of the channel on which each step is announced. */
export const faultChannelName = 'usage:fault-point'

const faults = channel(faultChannelName)

/** Announces that a step has been reached. */
export function reach(point: FaultPoint): void {
  if (faults.hasSubscribers) faults.publish(point)
}
