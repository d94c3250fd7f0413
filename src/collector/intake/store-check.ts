import {statSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {toUsageError, type UsageError} from '../../errors.ts'
import {collectorLimits} from '../limits.ts'
import type {ProbeResult, ReadinessProbe} from '../monitoring/readiness.ts'
import {checkStoreQuickly} from '../store/sqlite/copy/quick-check.ts'
import {databaseName} from '../store/sqlite/tables/database.ts'

export interface StoreCheckParts {
  readonly dataDirectory: string
  /** Checks the store in another thread. Rejects with USAGE_STORE_DAMAGED. */
  readonly checkInThread: () => Promise<void>
  /** Called once if a check that took longer than the start finds damage. */
  readonly onDamage: (message: string) => void
  readonly maxBytesHere?: number
  readonly maxMs?: number
}

/** The check of the store at a start. */
export interface StoreCheck extends ReadinessProbe {
  /** Throws a `UsageError` USAGE_STORE_DAMAGED if the check has found damage. */
  require(): void
}

/**
 * Reads every page of the store once. A small store is checked immediately, a large one in another thread. Rejects with
 * a `UsageError` USAGE_STORE_DAMAGED. After `maxMs` it resolves and the check goes on: damage that it finds later stops
 * the writing.
 */
export async function checkAtStart(parts: StoreCheckParts): Promise<StoreCheck> {
  const {
    dataDirectory,
    maxBytesHere = collectorLimits.maxBytesCheckedHere,
    maxMs = collectorLimits.maxStartCheckMs,
  } = parts
  const {size} = statSync(join(dataDirectory, databaseName))
  let result: ProbeResult = {ok: true, detail: 'checked at the start'}
  let damage: UsageError | null = null
  if (size <= maxBytesHere) checkStoreQuickly(dataDirectory)
  else {
    let isStarted = false
    result = {ok: true, detail: 'is being checked'}
    const checking = parts.checkInThread().then(
      () => {
        result = {ok: true, detail: 'checked at the start'}
      },
      thrown => {
        // A check that could not be made says nothing about the store.
        const error = toUsageError(thrown)
        if (error.code !== 'USAGE_STORE_DAMAGED') return
        if (!isStarted) throw error
        damage = error
        result = {ok: false, detail: 'the store is damaged', cause: error}
        parts.onDamage(error.message)
      },
    )
    const late = new AbortController()
    await Promise.race([checking, wait(maxMs, null, {signal: late.signal}).catch(() => {})])
    late.abort()
    isStarted = true
  }
  return {
    name: 'store-check',
    check: () => result,
    require() {
      if (damage !== null) throw damage
    },
  }
}
