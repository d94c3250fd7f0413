import {protocolVersion} from '../../protocol/report.ts'
import {openEvents} from '../store/open.ts'
import type {StorePlace} from '../store/place.ts'

/** The most events of one line. It bounds the memory of a reader. */
const maxEvents = 50

/**
 * Yields all events of a project in a store, as lines of JSON. Each line is a report
 * (schemas/report.v1.json), with a `mark` if an old client sent its runs. Pseudonyms are those of the store. Throws a
 * `UsageError` USAGE_STORE_UNREADABLE.
 */
export async function* exportLines(
  place: StorePlace,
  project: string,
  client: {readonly name: string; readonly version: string},
): AsyncGenerator<string> {
  const source = await openEvents(place)
  try {
    for await (const {header, mark, events} of source.groups(project))
      for (let from = 0; from < events.length; from += maxEvents) {
        const report = {
          protocol: protocolVersion,
          project,
          client,
          header,
          events: events.slice(from, from + maxEvents),
        }
        yield JSON.stringify(mark === null ? report : {...report, mark})
      }
  } finally {
    await source.close()
  }
}
