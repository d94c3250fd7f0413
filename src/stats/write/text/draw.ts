import {toPlainText} from '../../../protocol/values/plain-text.ts'
import type {Paint} from './paint.ts'
import {writeCounted} from './write.ts'

const steps = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const parts = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

export interface Column {
  readonly value: number
  readonly complete: boolean
}

/** Draws values as columns of one character on a scale from 0. Zero is `·`. Incomplete periods are dim. Pure. */
export function drawColumns(columns: readonly Column[], paint: Paint): string {
  const top = Math.max(1, ...columns.map(column => column.value))
  return columns
    .map(({value, complete}) => {
      const mark = value === 0 ? '·' : steps[Math.max(0, Math.ceil((value / top) * steps.length) - 1)]!
      return complete ? mark : paint.dim(mark)
    })
    .join('')
}

/** Draws a share from 0 to 1 as a bar of at most `width` characters, rounded to an eighth of one. Pure. */
export function drawBar(share: number, width: number): string {
  const eighths = Math.round(share * width * 8)
  const bar = '█'.repeat(Math.floor(eighths / 8)) + parts[eighths % 8]!
  return bar === '' && share > 0 ? '▏' : bar
}

/** Makes a name from outside safe for a terminal and at most `width` characters long. Pure. */
export function fit(name: string | null, width: number): string {
  const characters = [...toPlainText(name ?? 'unknown')]
  return characters.length <= width ? characters.join('') : `${characters.slice(0, width - 1).join('')}…`
}

/** Aligns rows in columns with two spaces between them. Numbers and their heads are aligned right. Pure. */
export function layOut(rows: readonly (readonly (string | number)[])[]): string[] {
  const texts = rows.map(row => row.map(cell => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell)))
  const widths = (texts[0] ?? []).map((_, column) => Math.max(...texts.map(row => lengthOf(row[column] ?? ''))))
  return rows.map((row, index) =>
    row
      .map((cell, column) => {
        const text = texts[index]![column]!
        const space = ' '.repeat(widths[column]! - lengthOf(text))
        return typeof cell === 'number' || isHeadOfNumbers(rows, index, column) ? space + text : text + space
      })
      .join('  ')
      .trimEnd(),
  )
}

const isHeadOfNumbers = (rows: readonly (readonly unknown[])[], index: number, column: number): boolean =>
  index === 0 && typeof rows[1]?.[column] === 'number'

/** The number of visible characters: colour codes have no width. */
const lengthOf = (text: string): number => [...text.replace(/\u001b\[\d+m/g, '')].length

/** The most rows of a table; the JSON contains all. */
export const maxRows = 20

/** The line below a table with hidden rows. Empty if none is hidden. */
export const more = (count: number, what: string, shown = maxRows): string[] =>
  count > shown ? [`and ${writeCounted(count - shown, `more ${what}`)} in --json`] : []

/** Joins names with commas and breaks them into lines of at most `width` characters, if each name fits. */
export function wrap(names: readonly string[], width: number): string[] {
  const items = names.map((name, index) => (index === names.length - 1 ? name : `${name},`))
  return joinInLines(items, width)
}

/** Breaks a sentence into lines of at most `width` characters, if each word fits. Never breaks before `%`. */
export const flow = (sentence: string, width: number): string[] => joinInLines(sentence.split(/ (?!%)/), width)

function joinInLines(items: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const item of items) {
    const last = lines.at(-1)
    if (last !== undefined && lengthOf(last) + 1 + lengthOf(item) <= width) lines[lines.length - 1] = `${last} ${item}`
    else lines.push(item)
  }
  return lines
}
