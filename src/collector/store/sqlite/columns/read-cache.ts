import type {OnReading} from '../../store.ts'
import type {ColumnFiles} from './column-files.ts'

/** Data that is kept from one question to the next: in memory, and in files for the next process. */
export interface ReadCache {
  readonly files: ColumnFiles | null
  readonly memory: Memory
  /** Called before each month that a question reads from the tables, and after the last one. */
  readonly onReading: OnReading
}

/**
 * Everything that was read from the tables or computed from it, under one budget. When the budget is exceeded, the least
 * recently used values are dropped. The newest value stays, whatever its size.
 */
export interface Memory {
  /** The value of a key. The caller knows its type. */
  get<Value>(key: string): Value | undefined
  /** Replaces the value of a key. `bytes` is its approximate size in memory. */
  keep(key: string, value: unknown, bytes: number): void
}

/** The approximate bytes of all values in memory. */
const defaultBudgetBytes = 576 * 1024 * 1024

export const createReadCache = (
  files: ColumnFiles | null,
  budgetBytes = defaultBudgetBytes,
  onReading: OnReading = () => {},
): ReadCache => ({files, memory: createMemory(budgetBytes), onReading})

function createMemory(budgetBytes: number): Memory {
  /** In the order of use, the least recently used first. */
  const kept = new Map<string, {readonly value: unknown; readonly bytes: number}>()
  let keptBytes = 0
  const drop = (key: string): void => {
    keptBytes -= kept.get(key)?.bytes ?? 0
    kept.delete(key)
  }
  return {
    get<Value>(key: string) {
      const found = kept.get(key)
      if (found === undefined) return undefined
      kept.delete(key)
      kept.set(key, found)
      return found.value as Value
    },
    keep(key, value, bytes) {
      drop(key)
      kept.set(key, {value, bytes})
      keptBytes += bytes
      for (const oldest of kept.keys()) {
        if (keptBytes <= budgetBytes || oldest === key) return
        drop(oldest)
      }
    },
  }
}
