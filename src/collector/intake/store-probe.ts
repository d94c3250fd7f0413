import {performance} from 'node:perf_hooks'
import {toUsageError} from '../../errors.ts'
import type {ReadinessProbe} from '../monitoring/readiness.ts'
import type {Store} from '../store/store.ts'
import type {WriteGate} from './group-commit.ts'

/** Milliseconds for which a write counts. */
const keptMs = 5_000

/**
 * Checks that the store can be written, by a write. The outcome counts like that of a report, so a store that can be
 * written again is used again before the next report arrives. A busy or unready collector is probed once in five seconds.
 */
export function createStoreProbe(
  store: Pick<Store, 'probe'>,
  gate: Pick<WriteGate, 'noteWrite'>,
  now: () => number = () => performance.now(),
): ReadinessProbe {
  let kept: {readonly atMs: number; readonly result: ReturnType<ReadinessProbe['check']>} | null = null
  const write = async () => {
    const sinceMs = performance.now()
    try {
      await store.probe()
      gate.noteWrite(null)
      return {ok: true, detail: `written in ${Math.ceil(performance.now() - sinceMs)} ms`}
    } catch (error) {
      gate.noteWrite(error)
      return {ok: false, detail: `a write failed: ${toUsageError(error).code}`, cause: error}
    }
  }
  return {
    name: 'store',
    check() {
      if (kept === null || now() - kept.atMs >= keptMs) kept = {atMs: now(), result: write()}
      return kept.result
    },
  }
}
