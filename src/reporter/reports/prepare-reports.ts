/**
 * Room `reports`: how buffered events become the bytes that are sent.
 *
 * The sender and `usage preview` call the same function, and the sent log keeps the same bytes, so a preview shows
 * exactly what is sent. `makeReports` is pure. It makes the pseudonyms and groups events by header into reports of at
 * most 500 events and 512 KiB. It drops and counts events that are too old, too large or not declared. A report
 * contains nothing that changes from call to call. `prepareReports` reads the given files and writes none. No network.
 * Read next: `make-reports.ts`, then `send-context.ts` for its input besides the events.
 */
import {type BufferFile, type DamagedFile, readBufferFile} from '../destination/buffer.ts'
import {type MadeReports, makeReports, type ReportContext} from './make-reports.ts'

/** The reports of some buffer files, and the events and files that are not in them. */
export interface PreparedReports extends MadeReports {
  /** The files whose events are in the reports or among the drops. */
  readonly files: readonly BufferFile[]
  /** Files without a readable event. Damaged lines of other files are in `files`. */
  readonly damaged: readonly DamagedFile[]
}

/**
 * Makes reports from buffer files, for the sender and for `usage preview`. Reads the files in the given order and
 * writes nothing. Skips files that are unfinished or gone.
 */
export function prepareReports(paths: readonly string[], context: ReportContext): PreparedReports {
  const files: BufferFile[] = []
  const damaged: DamagedFile[] = []
  for (const path of paths) {
    const read = readBufferFile(path, context.now)
    if (read.kind === 'events') files.push(read)
    if (read.kind === 'damaged') damaged.push(read)
  }
  const events = files.flatMap(file => file.events)
  return {files, damaged, ...makeReports(events, context)}
}
