import type {Store} from '../store/store.ts'
import {type ClockGuard, createClockGuard} from './clock-guard.ts'
import {createDiskGuard, type DiskGuard} from './disk-guard.ts'
import type {WriteGate} from './group-commit.ts'

export interface GuardOptions {
  readonly dataDirectory: string
  /** Unix milliseconds. */
  readonly now: () => number
  readonly minFreeBytes?: number | null
  readonly isClockTrusted?: boolean
}

/**
 * Makes the guards of the disk and the clock. `onChange` is called when writing stops or resumes. Closes the store
 * if it cannot be read.
 */
export async function createGuards(
  options: GuardOptions,
  store: Pick<Store, 'newestMs' | 'close'>,
  onChange: () => void,
) {
  const newestMs = await store.newestMs().catch(async error => {
    await store.close()
    throw error
  })
  const disk = createDiskGuard({
    directory: options.dataDirectory,
    minFreeBytes: options.minFreeBytes ?? null,
    onChange,
  })
  const clock = createClockGuard({
    now: options.now,
    newestMs,
    isTrusted: options.isClockTrusted ?? false,
    onChange,
  })
  return {disk, clock, gate: gateOf(disk, clock)}
}

const gateOf = (disk: DiskGuard, clock: ClockGuard): WriteGate => ({
  require() {
    disk.require()
    clock.require()
  },
  noteWrite: disk.noteWrite,
})
