import {UsageError} from '../../errors.ts'
import type {StatsFacts, StatsQuestion, StatsSource} from '../../stats/model/source.ts'
import type {Span} from '../../stats/model/span.ts'
import {collectorLimits} from '../limits.ts'
import type {HeldSource} from '../store/store.ts'
import type {PausableSource} from './worker-source.ts'

export interface RemoteParts {
  /** Both are called again after they reject. */
  readonly openSource: () => Promise<StatsSource>
  readonly openHeld: () => Promise<HeldSource>
  /** Monotonic milliseconds. */
  readonly elapsedMs?: () => number
}

/** Milliseconds for which an answer is given again. It costs servers seconds, and the newest minutes change little. */
const keptMs = 300_000
/** The most answers that are kept: those of some projects' pages. */
const maxKept = 128

interface Kept {
  readonly atMs: number
  readonly facts: Promise<StatsFacts>
}

/**
 * Reads a distributed store, whose servers answer. Whole answers are kept for five minutes. Nothing holds an old state of
 * the store, so pausing waits for nothing, and only forgets the answers: somebody was erased.
 */
export function createRemoteSource({
  openSource,
  openHeld,
  elapsedMs = () => performance.now(),
}: RemoteParts): PausableSource {
  const source = reopening(openSource)
  const held = reopening(openHeld)
  const kept = new Map<string, Kept>()
  let open = 0

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
    if (open >= collectorLimits.maxOpenQuestions)
      throw new UsageError('USAGE_COLLECTOR_BUSY', `${open} questions wait for their answers`)
    open++
    try {
      return await work()
    } finally {
      open--
    }
  }

  function answer(question: StatsQuestion): Promise<StatsFacts> {
    const key = keyOf(question)
    const known = kept.get(key)
    if (known !== undefined && elapsedMs() - known.atMs < keptMs) return known.facts
    const facts = bounded(async () => (await source.get()).facts(question))
    const entry = {atMs: elapsedMs(), facts}
    kept.delete(key)
    kept.set(key, entry)
    for (const oldest of kept.keys()) if (kept.size > maxKept) kept.delete(oldest)
    facts.catch(() => {
      if (kept.get(key) === entry) kept.delete(key)
    })
    return facts
  }

  return {
    projects: () => bounded(async () => (await source.get()).projects()),
    facts: answer,
    held: question => bounded(async () => (await held.get()).held(question)),
    async pause() {
      kept.clear()
      return () => kept.clear()
    },
    async close() {
      await Promise.all([source.close(), held.close()])
    },
  }
}

const instants: readonly string[] = ['fromMs', 'toMs', 'lostBeforeMs'] satisfies (keyof StatsQuestion | keyof Span)[]

/** A page about the present asks about another instant each time: within five minutes, its questions are one question. */
const keyOf = (question: StatsQuestion): string =>
  JSON.stringify(question, (name, value) => (instants.includes(name) ? Math.floor(value / keptMs) : value))

/** What is opened when it is first needed, and again after that failed. */
function reopening<T extends {close(): Promise<void>}>(open: () => Promise<T>) {
  let opening: Promise<T> | null = null
  return {
    get(): Promise<T> {
      opening ??= open().catch(error => {
        opening = null
        throw error
      })
      return opening
    },
    async close(): Promise<void> {
      const opened = await opening?.catch(() => null)
      await opened?.close()
    },
  }
}
