import type {Log} from '../monitoring/log.ts'
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
 * Makes the guards of the disk and the clock. The log gets one line for each change. Closes the store
 * if it cannot be read.
 */
export async function createGuards(options: GuardOptions, store: Pick<Store, 'newestMs' | 'close'>, log: Log) {
  const newestMs = await store.newestMs().catch(async error => {
    await store.close()
    throw error
  })
  const onChange =
    (name: string) =>
    (detail: string, isWell: boolean): void =>
      isWell ? log.info('reports are stored again', {name}) : log.error('no report is stored', {name, detail})
  const disk = createDiskGuard({
    directory: options.dataDirectory,
    minFreeBytes: options.minFreeBytes ?? null,
    onChange: onChange('disk'),
  })
  const clock = createClockGuard({
    now: options.now,
    newestMs,
    isTrusted: options.isClockTrusted ?? false,
    onChange: onChange('clock'),
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
