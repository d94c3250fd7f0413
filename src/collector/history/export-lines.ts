import {protocolVersion} from '../../protocol/report/report.ts'
import {openEvents} from '../store/open.ts'
import type {StorePlace} from '../store/place.ts'
import type {EventSource} from '../store/store.ts'
import {exportVersion} from './format.ts'

/** The most events of one line. It bounds the memory of a reader. */
const maxEvents = 50

type Client = {readonly name: string; readonly version: string}

/** Yields everything that a store has of a project: `exportLinesOf`. Throws a `UsageError` USAGE_STORE_UNREADABLE too. */
export async function* exportLines(place: StorePlace, project: string, client: Client): AsyncGenerator<string> {
  yield* exportLinesOf(await openEvents(place), project, client)
}

/**
 * Yields everything that a store has of a project, as lines of JSON, and closes it. The first line is the begin.
 * Lines with events are reports (schemas/report.v1.json), with a `mark` if an old client sent its runs. The others are
 * parts (`StorePart`). Pseudonyms are those of the store. Throws a `UsageError`
 * USAGE_COLLECTOR_BUSY if a month was replaced by totals meanwhile.
 */
export async function* exportLinesOf(source: EventSource, project: string, client: Client): AsyncGenerator<string> {
  const lineOf = (part: object): string => JSON.stringify({export: exportVersion, project, ...part})
  try {
    const begin = await source.begin(project)
    yield lineOf(begin)
    for await (const {header, mark, events, clamped} of source.groups(project))
      for (let from = 0; from < events.length; from += maxEvents) {
        const some = events.slice(from, from + maxEvents)
        const ids = clamped.filter(id => some.some(event => event.id === id))
        yield lineOf({
          ...{protocol: protocolVersion, client, header, events: some},
          ...(mark === null ? {} : {mark}),
          ...(ids.length === 0 ? {} : {clamped: ids}),
        })
      }
    for await (const part of source.others(project, begin)) yield lineOf(part)
  } finally {
    await source.close()
  }
}
