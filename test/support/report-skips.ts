import {Readable} from 'node:stream'
import type {TestEvent} from 'node:test/reporters'
import {spec} from 'node:test/reporters'
import {describeSkips} from './describe-skips.ts'

/** A test reporter: the output of `spec`, and a last line about skipped tests. */
export default async function* reportSkips(events: AsyncIterable<TestEvent>): AsyncGenerator<string | Buffer> {
  const reasons: string[] = []
  async function* watched() {
    for await (const event of events) {
      if (event.type === 'test:pass' && typeof event.data.skip === 'string') reasons.push(event.data.skip)
      yield event
    }
  }
  yield* Readable.from(watched()).pipe(new spec())
  if (reasons.length > 0) yield `${describeSkips(reasons)}\n`
}
