import {toPlainText} from '../../protocol/plain-text.ts'
import type {Stats} from '../model/model.ts'
import {writeNamed} from './text/breakdowns.ts'
import {writeFeatures, writeFields} from './text/details.ts'
import {writeDuration, writeOutcomes} from './text/outcomes.ts'
import type {Paint} from './text/paint.ts'
import {writeData, writeFilters} from './text/quality.ts'
import {writeUse} from './text/use.ts'

export interface TextOptions {
  readonly paint: Paint
  /** Characters in a line of the terminal; at least 40 are used, at most 120. */
  readonly width: number
  /** What people call the project; its id if not said. */
  readonly title?: string
}

/**
 * Writes stats as a page for a terminal. Ends with a line break. Names that came from outside cannot move the cursor,
 * hide text or turn the direction of writing.
 */
export function writeStats(stats: Stats, {paint, width, title}: TextOptions): string {
  const page = {stats, paint, width: Math.max(40, Math.min(120, width)) - 2}
  const heading = `${paint.bold(toPlainText(title ?? stats.project))}  ${stats.from} to ${stats.to}, by ${stats.by}`
  const sections = isEmpty(stats)
    ? [{heading: 'Nothing was counted in this time', lines: ['No run and no feature of the project has come in.']}]
    : [
        writeUse(page),
        writeOutcomes(page),
        writeDuration(page),
        ...writeFeatures(page),
        ...writeNamed(page),
        writeFields(page),
      ]
  const shown = [writeFilters(page), ...sections, writeData(page)].filter(section => section.lines.length > 0)
  const parts = shown.map(({heading: name, lines}) => [paint.bold(name), ...lines.map(line => `  ${line}`)].join('\n'))
  return `${[heading, ...parts].join('\n\n')}\n`
}

const isEmpty = ({runs, features, quality}: Stats): boolean =>
  (runs?.total ?? 0) === 0 && features.length === 0 && quality.unpaired === 0
