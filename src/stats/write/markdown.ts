import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {Stats} from '../model/model.ts'
import {describeRange, describeSince, roundCell, shownTables} from './shown.ts'
import type {Cell, Table} from './table.ts'
import {tablesOf} from './tables.ts'

/**
 * Writes stats as Markdown: a table for each answer that has rows, or for one section. Ends with a line break. Pure.
 */
export function writeMarkdown(stats: Stats, section: string | null = null): string {
  const {shown, unanswered} = shownTables(tablesOf(stats), section)
  const parts = [
    `# ${escapeMarkdown(stats.project)}`,
    escapeMarkdown(describeRange(stats)),
    ...(stats.since === null ? [] : [escapeMarkdown(describeSince(stats))]),
    ...shown.map(table => `## ${table.title}\n\n${writeTable(table)}`),
    ...(unanswered.length === 0 ? [] : [`No answer with this filter: ${unanswered.join(', ')}`]),
  ]
  return `${parts.join('\n\n')}\n`
}

/** Writes an answer as a Markdown table, without a line break at its end. */
export function writeTable({columns, rows}: Table): string {
  const isNumber = columns.map((_, place) => (rows ?? []).every(row => typeof row[place] !== 'string'))
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(columns),
    line(isNumber.map(number => (number ? '---:' : '---'))),
    ...(rows ?? []).map(row => line(row.map(writeCell))),
  ].join('\n')
}

const writeCell = (cell: Cell): string => escapeMarkdown(roundCell(cell))

/** Escapes a text from outside, so that it cannot be markup, HTML, a link or the end of a cell. */
export function escapeMarkdown(text: string): string {
  return toPlainText(text)
    .replace(/[\\`*_{}[\]()#+!|~$@]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/\bwww\./gi, found => `${found.slice(0, -1)}\\.`)
}
