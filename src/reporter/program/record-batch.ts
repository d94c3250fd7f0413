import type {BufferedEvent} from '../../protocol/buffered-event.ts'
import {makeUuidV7} from '../../protocol/uuid.ts'
import {writeEvents} from '../destination/buffer.ts'
import {rememberProject} from '../destination/destination.ts'
import type {DropReason} from '../destination/drops.ts'
import {recordDrop} from '../destination/drops.ts'
import {enforceQuota} from '../destination/tidy.ts'
import {runOfFeature} from '../record/event-run.ts'
import {check, localOf, newId, type Recorder} from '../record/record.ts'
import {toTime} from '../world/world.ts'
import type {QueuedFeature} from './feature-queue.ts'

/** Writes between two looks at the quota: a sender keeps it, but where none comes through a program may run for weeks. */
const writesPerQuota = 64

/**
 * Writes features that were queued to the buffer as one file, in a few milliseconds for 500: each was checked when it was
 * registered. Throws what the file system throws; then nothing was written.
 *
 * @param run the run that the program has started, or null: then the one that its callers opened
 */
export function recordBatch(recorder: Recorder, features: readonly QueuedFeature[], run: string | null): void {
  const {world, destination} = recorder
  const local = localOf(recorder)
  const usual = run ?? runOfFeature(world, destination).run
  const [first, ...others] = features.map(feature =>
    eventOf(feature, feature.run?.toLowerCase() ?? usual, makeUuidV7(feature.at, world.random(10)), local),
  )
  if (first === undefined) return
  check(first)
  rememberProject(destination)
  writeEvents(destination.paths, [first, ...others])
  keepQuotaNowAndThen(recorder)
}

function eventOf(feature: QueuedFeature, run: string | null, id: string, local: BufferedEvent['local']): BufferedEvent {
  const {at, header, type, name, startedAt, durationSeconds, count, internal, details} = feature
  const time = startedAt ?? toTime(at - (durationSeconds ?? 0) * 1000)
  return {
    format: 1,
    id,
    time,
    type: 'feature',
    header,
    local,
    run,
    featureType: type,
    name,
    durationSeconds,
    count,
    internal,
    details,
  }
}

/** Writes counters of what was dropped in memory, one file a reason. Throws what the file system throws. */
export function recordDrops({world, destination}: Recorder, counts: Partial<Record<DropReason, number>>): void {
  for (const [reason, count] of Object.entries(counts))
    recordDrop(world, destination.paths.drops, {id: newId(world), reason: reason as DropReason, count})
}

function keepQuotaNowAndThen({world, destination}: Recorder): void {
  if ((world.random(1)[0] ?? 0) % writesPerQuota !== 0) return
  try {
    enforceQuota(world, destination)
  } catch {
    // What cannot be counted as dropped stays: the next sender tries again.
  }
}
