import type {BufferedEvent} from '../../protocol/report/buffered-event.ts'
import {makeUuidV7} from '../../protocol/values/uuid.ts'
import {writeEvents} from '../destination/buffer.ts'
import {rememberProject} from '../destination/destination.ts'
import type {DropReason} from '../destination/drops.ts'
import {recordDrop} from '../destination/drops.ts'
import {enforceQuota} from '../destination/tidy.ts'
import {runOfFeature} from '../record/event-run.ts'
import {check, localOf, newId, type Recorder} from '../record/record.ts'
import {toTime} from '../world/world.ts'
import {durationsOf, type QueuedFeature} from './feature-queue.ts'

/**
 * Mean number of writes between checks of the quota. Senders check it too, but a program may run for weeks without one.
 */
const writesPerQuota = 64

/**
 * Writes queued features into the buffer as one file, in a few milliseconds for 500. They were checked when they were
 * registered. Throws errors of the file system; then nothing was written.
 *
 * @param run the run that the program has started. Null: the open run of its callers, if there is one
 * @returns how many of them belong to no run
 */
export function recordBatch(recorder: Recorder, features: readonly QueuedFeature[], run: string | null): number {
  const {world, destination} = recorder
  const local = localOf(recorder)
  const usual = run ?? runOfFeature(world, destination).run
  const [first, ...others] = features.map(feature =>
    eventOf(feature, feature.run?.toLowerCase() ?? usual, makeUuidV7(feature.at, world.random(10)), local),
  )
  if (first === undefined) return 0
  check(first)
  rememberProject(destination)
  writeEvents(destination.paths, [first, ...others])
  keepQuotaNowAndThen(recorder)
  return [first, ...others].filter(event => event.run === null).length
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
    ...durationsOf(feature),
    count,
    internal,
    details,
  }
}

/** Writes the counters of drops in memory, one file for each reason. Throws errors of the file system. */
export function recordDrops({world, destination}: Recorder, counts: Partial<Record<DropReason, number>>): void {
  for (const [reason, count] of Object.entries(counts))
    recordDrop(world, destination.paths.drops, {id: newId(world), reason: reason as DropReason, count})
}

function keepQuotaNowAndThen({world, destination}: Recorder): void {
  if ((world.random(1)[0] ?? 0) % writesPerQuota !== 0) return
  try {
    enforceQuota(world, destination)
  } catch {
    // If a drop cannot be counted, the file stays, and the next sender tries again.
  }
}
