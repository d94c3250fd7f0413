import {relative} from 'node:path'
import type {TestEvent} from 'node:test/reporters'

/** A test reporter: one line for each demand, the reason below one that fails, and the sum. */
export default async function* reportDemands(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts = {pass: 0, fail: 0, 'not tested': 0}
  for await (const {type, data} of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details.type === 'suite') continue
    const result = type === 'test:fail' ? 'fail' : data.skip === undefined ? 'pass' : 'not tested'
    counts[result]++
    yield `${result.padEnd(12)} ${data.name}${typeof data.skip === 'string' ? ` (${data.skip})` : ''}\n`
    if (type !== 'test:fail') continue
    yield `  ${relative('', data.file ?? '')}:${data.line}\n`
    yield `${causeOf(data.details.error)}\n`.replace(/^/gm, '  ')
  }
  yield `${Object.entries(counts)
    .map(([result, count]) => `${count} ${result}`)
    .join(', ')}\n`
}

const causeOf = (error: Error): string => (error.cause instanceof Error ? error.cause.message : error.message)
