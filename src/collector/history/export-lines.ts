import {protocolVersion} from '../../protocol/report.ts'
import {openSqliteEvents} from '../store/export.ts'

/** Events of a line: a bound for who reads it. */
const maxEvents = 50

/**
 * Gives everything that the store in a data folder has of a project, as lines of JSON: each is a report as it travels
 * (schemas/report.v1.json), with a `mark` beside it where an old client told of its runs. Pseudonyms are those of the
 * store. Throws a `UsageError` USAGE_STORE_UNREADABLE.
 */
export async function* exportLines(
  dataDirectory: string,
  project: string,
  client: {readonly name: string; readonly version: string},
): AsyncGenerator<string> {
  const source = openSqliteEvents(dataDirectory)
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
