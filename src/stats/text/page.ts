import type {Stats} from '../model.ts'
import type {Paint} from './paint.ts'

/** What every part of the page is written from. */
export interface Page {
  readonly stats: Stats
  readonly paint: Paint
  /** Characters of a line, without the indent. */
  readonly width: number
}
