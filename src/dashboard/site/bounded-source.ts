import {UsageError} from '../../errors.ts'
import type {StatsSource} from '../../stats/model/source.ts'

/** Questions of strangers that a source answers at the same time. Readers with a token wait for no more of them. */
const mostAtOnce = 4
/** Questions of strangers that wait: some seconds of work. */
const mostWaiting = 28

/**
 * Bounds the questions that strangers choose, so that a flood of them leaves the source to others. They are answered in
 * order, a few at a time. One more than may wait rejects with a `UsageError` USAGE_COLLECTOR_BUSY.
 */
export function boundQuestions(source: StatsSource, {atOnce = mostAtOnce, waiting = mostWaiting} = {}): StatsSource {
  let running = 0
  const turns: (() => void)[] = []
  return {
    ...source,
    async facts(question) {
      if (running < atOnce) running++
      else if (turns.length < waiting) await new Promise<void>(resolve => turns.push(resolve))
      else
        throw new UsageError(
          'USAGE_COLLECTOR_BUSY',
          `${running + turns.length} public questions wait for their answers`,
        )
      try {
        return await source.facts(question)
      } finally {
        const next = turns.shift()
        if (next === undefined) running--
        else next()
      }
    },
  }
}
