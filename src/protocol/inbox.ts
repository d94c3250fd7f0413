import {sha256} from './sha256.ts'

/**
 * A folder in which finished reports lie, one file each, until they are carried on: `<name>.json`, the exact bytes of one
 * report. Many write it, one or a few empty it; whoever writes is not trusted.
 */
export interface Inbox {
  /** Names of reports that lie there, so many at most, in the order of their names. Throws what the file system throws. */
  list(atMost: number): readonly string[]
  read(name: string): InboxFile
  /** Takes away what has arrived; what is gone already is no matter. */
  remove(name: string): void
  /** Puts aside what will never arrive, and says why in a file beside it. */
  setAside(name: string, why: string): void
}

/** `gone`: somebody else has taken it. `unreadable`: not readable now, or by this user; it is looked at again later. */
export type InboxFile =
  | {readonly kind: 'report'; readonly body: string}
  | {readonly kind: 'damaged'; readonly why: string}
  | {readonly kind: 'gone'}
  | {readonly kind: 'unreadable'}

/** Files that one look into the folder takes: what comes in a minute from a large cluster. */
export const inboxLookSize = 1_000

/** Names of files that are reports: the temporary ones, which begin with a dot, are not. */
export const inboxNamePattern = /^[0-9A-Za-z][0-9A-Za-z_-]{0,127}\.json$/

/** The name of a report in the folder. It follows from its bytes: laid down again after a kill, it is the same file. */
export const inboxNameOf = (body: string): string => `${sha256(body).slice(0, 32)}.json`
