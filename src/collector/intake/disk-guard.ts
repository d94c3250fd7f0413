import {statfsSync} from 'node:fs'
import {toUsageError, UsageError} from '../../errors.ts'
import {collectorLimits} from '../limits.ts'
import type {ProbeResult, ReadinessProbe} from '../monitoring/readiness.ts'

/** Milliseconds for which a look at the file system counts. A collector writes less than its floor in this time. */
const lookEveryMs = 1_000
/** Milliseconds without writes after a write failed. Then the next report is the try. */
const pauseMs = 1_000

export interface Space {
  readonly freeBytes: number
  readonly totalBytes: number
}

export interface DiskGuardParts {
  readonly directory: string
  /** The least free bytes. Null: the default. */
  readonly minFreeBytes: number | null
  /** Called once when writing stops, and once when it resumes. */
  readonly onChange: (message: string, isWritable: boolean) => void
  /** Null if the file system does not say. */
  readonly readSpace?: (directory: string) => Space | null
  /** Monotonic milliseconds. */
  readonly elapsedMs?: () => number
}

/** Stops writing before the disk is full, and for a moment after a write failed. It recovers by itself. */
export interface DiskGuard extends ReadinessProbe {
  check(): ProbeResult
  /** Throws a `UsageError` USAGE_STORE_UNWRITABLE while reports cannot be stored. */
  require(): void
  /** Reports the outcome of a write: its error, or null. */
  noteWrite(error: unknown): void
}

export function createDiskGuard(parts: DiskGuardParts): DiskGuard {
  const {directory, onChange, readSpace = spaceOf, elapsedMs = () => performance.now()} = parts
  let looked: {readonly atMs: number; readonly space: Space | null} | null = null
  let failed: {readonly untilMs: number; readonly error: UsageError} | null = null
  let wasWritable = true

  function spaceNow(): Space | null {
    if (looked === null || elapsedMs() - looked.atMs >= lookEveryMs)
      looked = {atMs: elapsedMs(), space: readSpace(directory)}
    return looked.space
  }
  function describe(): string {
    if (failed !== null) return failed.error.message
    const space = spaceNow()
    return `${toMegabytes(space?.freeBytes)} free, at least ${toMegabytes(floorOf(space))} required`
  }
  const floorOf = (space: Space | null): number => parts.minFreeBytes ?? defaultFloor(space)
  function look(): boolean {
    const space = spaceNow()
    const ok = failed === null && (space === null || space.freeBytes >= floorOf(space))
    if (ok !== wasWritable) onChange(ok ? 'the store is written again' : describe(), ok)
    wasWritable = ok
    return ok
  }
  return {
    name: 'disk',
    check: () => ({ok: look(), detail: describe(), ...(failed !== null && {cause: failed.error})}),
    require() {
      if (look() || (failed !== null && elapsedMs() >= failed.untilMs)) return
      throw failed?.error ?? new UsageError('USAGE_STORE_UNWRITABLE', `the disk is full: ${describe()}`)
    },
    noteWrite(thrown) {
      if (thrown === null && failed === null) return
      const error = thrown === null ? null : toUsageError(thrown)
      const isOurs = error?.code === 'USAGE_STORE_UNWRITABLE' || error?.code === 'USAGE_STORE_DAMAGED'
      if (isOurs) failed = {untilMs: elapsedMs() + pauseMs, error}
      else if (error === null) failed = null
      look()
    },
  }
}

const defaultFloor = (space: Space | null): number =>
  Math.min(collectorLimits.minFreeBytes, (space?.totalBytes ?? Number.POSITIVE_INFINITY) * collectorLimits.minFreeShare)

const toMegabytes = (bytes: number | undefined): string =>
  bytes === undefined ? 'unknown space' : `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`

/** What the file system leaves to this user. Null if it does not say, such as a quota that only a write meets. */
function spaceOf(directory: string): Space | null {
  try {
    const {bavail, blocks, bsize} = statfsSync(directory)
    return blocks === 0 ? null : {freeBytes: bavail * bsize, totalBytes: blocks * bsize}
  } catch {
    return null
  }
}
