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
