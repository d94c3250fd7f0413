import type {Store} from '../store/store.ts'
import {type ClockGuard, createClockGuard} from './clock-guard.ts'
import {createDiskGuard, type DiskGuard} from './disk-guard.ts'
import type {WriteGate} from './group-commit.ts'
import type {StoreCheck} from './store-check.ts'

export interface GuardOptions {
  readonly dataDirectory: string
  /** Unix milliseconds. */
  readonly now: () => number
  readonly minFreeBytes?: number | null
  readonly isClockTrusted?: boolean
  /** Checks the store. `onDamage` is called if a check that takes longer than the start finds damage. Null: not checked. */
  readonly checkStore: (onDamage: () => void) => Promise<StoreCheck | null>
}

/**
 * Checks the store, and makes the guards of the disk and the clock. `onChange` is called when writing stops or resumes.
 * Closes the store if it is damaged.
 */
export async function createGuards(
  options: GuardOptions,
  store: Pick<Store, 'newestMs' | 'close'>,
  onChange: () => void,
) {
  const {check, newestMs} = await checkStore(() => options.checkStore(onChange), store)
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
  return {probes: [...(check === null ? [] : [check]), disk, clock], clock, gate: gateOf(check, disk, clock)}
}

async function checkStore(check: () => Promise<StoreCheck | null>, store: Pick<Store, 'newestMs' | 'close'>) {
  try {
    return {check: await check(), newestMs: await store.newestMs()}
  } catch (error) {
    await store.close()
    throw error
  }
}

const gateOf = (check: StoreCheck | null, disk: DiskGuard, clock: ClockGuard): WriteGate => ({
  require() {
    check?.require()
    disk.require()
    clock.require()
  },
  noteWrite: disk.noteWrite,
})
