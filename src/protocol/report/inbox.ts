import {sha256} from '../values/sha256.ts'

/**
 * A folder with finished reports that wait to be forwarded. Each is a file `<name>.json` with exactly the bytes of one
 * report. Many processes write into it, and the writers are not trusted.
 */
export interface Inbox {
  /** The first names of reports, sorted, at most this many. Throws errors of the file system. */
  list(atMost: number): readonly string[]
  read(name: string): InboxFile
  /** Removes a report that was delivered. A missing file is no error. */
  remove(name: string): void
  /** Sets a report aside that can never be delivered, and writes the reason into a file beside it. */
  setAside(name: string, why: string): void
}

/** `gone`: another process removed it. `unreadable`: not readable now, or not by this user; it is tried again later. */
export type InboxFile =
  | {readonly kind: 'report'; readonly body: string}
  | {readonly kind: 'damaged'; readonly why: string}
  | {readonly kind: 'gone'}
  | {readonly kind: 'unreadable'}

/** The most reports to read at a time: about what a large cluster writes in a minute. */
export const inboxLookSize = 1_000

/** Names of files that are reports. Temporary files begin with a dot and do not match. */
export const inboxNamePattern = /^[0-9A-Za-z][0-9A-Za-z_-]{0,127}\.json$/

/** The file name of a report. It depends only on the bytes: a report that is written again replaces its own file. */
export const inboxNameOf = (body: string): string => `${sha256(body).slice(0, 32)}.json`
