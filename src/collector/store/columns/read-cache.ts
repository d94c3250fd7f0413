import type {ColumnFiles} from './column-files.ts'

/** What is kept from one question to the next: in memory, and in files for the next process. */
export interface ReadCache {
  readonly files: ColumnFiles | null
  readonly memory: Memory
}

/**
 * Everything that was read from the tables or follows from it, under one budget. When all of it takes more, what was not
 * used for longest goes first. What was kept last stays in any case.
 */
export interface Memory {
  /** What is kept under a key; who reads it knows of what type it is. */
  get<Value>(key: string): Value | undefined
  /** Keeps a value in the place of what the key had before. `bytes` is what it takes, about. */
  keep(key: string, value: unknown, bytes: number): void
}

/** Bytes of everything that is kept in memory. */
const defaultBudgetBytes = 576 * 1024 * 1024

export const createReadCache = (files: ColumnFiles | null, budgetBytes = defaultBudgetBytes): ReadCache => ({
  files,
  memory: createMemory(budgetBytes),
})

function createMemory(budgetBytes: number): Memory {
  /** In the order of use: what was not used for longest comes first. */
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
