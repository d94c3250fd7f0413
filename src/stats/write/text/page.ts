import type {Stats} from '../../model/model.ts'
import type {Paint} from './paint.ts'

/** The input of each part of the page. */
export interface Page {
  readonly stats: Stats
  readonly paint: Paint
  /** Characters of a line, without the indent. */
  readonly width: number
}

/** A part of the page: its lines, without the indent. Empty parts are left out. */
export interface Section {
  readonly heading: string
  readonly lines: readonly string[]
}
