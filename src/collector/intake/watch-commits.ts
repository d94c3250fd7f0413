import {performance} from 'node:perf_hooks'
import type {Monitor} from '../monitoring/monitor.ts'
import type {InsertOutcome, Store} from '../store/store.ts'
import type {GroupCommit} from './group-commit.ts'

/** The same inserts. Each transaction is measured. */
export function watchInserts(store: Pick<Store, 'insert'>, monitor: Pick<Monitor, 'committed'>): Pick<Store, 'insert'> {
  return {
    async insert(batches) {
      const sinceMs = performance.now()
      let isWritten = false
      try {
        const outcomes = await store.insert(batches)
        isWritten = true
        return outcomes
      } finally {
        monitor.committed((performance.now() - sinceMs) / 1_000, isWritten)
      }
    },
  }
}

/** The same group commit. The outcomes of all events are counted, whatever way they came in. */
export function watchCommits(groupCommit: GroupCommit, monitor: Pick<Monitor, 'stored'>): GroupCommit {
  return {
    ...groupCommit,
    async write(batch, bytes) {
      const outcomes = await groupCommit.write(batch, bytes)
      const counts: Record<InsertOutcome, number> = {accepted: 0, duplicate: 0, refused: batch.refused}
      for (const outcome of outcomes) counts[outcome]++
      const {accepted, duplicate: duplicates, refused} = counts
      monitor.stored(batch.project, {accepted, duplicates, refused}, batch.refusedAs ?? [])
      return outcomes
    },
  }
}
