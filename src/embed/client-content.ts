import type {LibraryContent} from '../shell/write-library.ts'

/** What a client carries with it, so that it needs nothing but its language. */
export interface ClientContent extends LibraryContent {
  /** The version of this program: with the name of the language it is what reports say of their maker. */
  readonly version: string
}
