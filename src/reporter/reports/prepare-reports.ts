/**
 * Room `reports`: how buffered events become the bytes that are sent.
 *
 * The sender and `usage preview` call the same function, and the sent log keeps the same bytes: what is shown is what is sent.
 * `makeReports` is pure. It makes the pseudonyms, groups events by header into reports of at most 500 events and 512 KiB, and
 * drops what is too old, too large or not declared, with a count. Nothing that changes from call to call is in a report.
 * `prepareReports` reads the files that it is given and writes none. No network.
 * Read next: `make-reports.ts`, then `send-context.ts` for what it needs besides the events.
 */
import {type BufferFile, readBufferFile} from '../destination/buffer.ts'
import {type MadeReports, makeReports, type ReportContext} from './make-reports.ts'

/** What some buffer files come to: the reports, and what is no part of them. */
export interface PreparedReports extends MadeReports {
  /** The files whose events are in the reports or among the drops. */
  readonly files: readonly BufferFile[]
  /** Paths of files that cannot be read as events. */
  readonly damaged: readonly string[]
}

/**
 * The one way from buffer files to reports: the sender and `usage preview` both take it, so that what is shown is what
 * leaves. Reads the files in the order in which they are given and writes nothing; files that are not finished yet or
 * have gone are passed over.
 */
export function prepareReports(paths: readonly string[], context: ReportContext): PreparedReports {
  const files: BufferFile[] = []
  const damaged: string[] = []
  for (const path of paths) {
    const read = readBufferFile(path, context.now)
    if (read.kind === 'events') files.push(read)
    if (read.kind === 'damaged') damaged.push(path)
  }
  const events = files.flatMap(file => file.events)
  return {files, damaged, ...makeReports(events, context)}
}
