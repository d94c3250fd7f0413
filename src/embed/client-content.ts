import {fileURLToPath} from 'node:url'
import type {ProjectFile} from '../protocol/project/project-file.ts'
import type {LibraryContent} from '../shell/write-library.ts'

/** What a client carries with it, so that it needs nothing but its language. */
export interface ClientContent extends LibraryContent {
  /** The version of this program: with the name of the language it is what reports say of their maker. */
  readonly version: string
}

/** The path of the folder that reports are laid into, or null. */
export const inboxOf = ({endpoint: {file}}: ProjectFile): string | null =>
  file === undefined ? null : fileURLToPath(file)

/** The notice's beginning, and what follows it where events are sent later, and now. All of it is shown once. */
export function splitNotice({head, ciHead}: LibraryContent['notice']): {head: string; later: string; now: string} {
  let length = 0
  while (length < head.length && head[length] === ciHead[length]) length++
  // A word stays whole, and so does a character of two units.
  const end = head.slice(0, length).search(/\S*$/)
  return {head: head.slice(0, end), later: head.slice(end), now: ciHead.slice(end)}
}
