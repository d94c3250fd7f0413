import type {Stats} from '../model/model.ts'
import type {Cell, Table} from './table.ts'

/**
 * The tables that a page shows: those with rows, or one section. `unanswered`: titles of the answers that a filter
 * makes impossible.
 */
export function shownTables(
  tables: readonly Table[],
  section: string | null,
): {readonly shown: readonly Table[]; readonly unanswered: readonly string[]} {
  const selected = tables.filter(table => section === null || table.section === section)
  return {
    shown: selected.filter(({rows}) => rows !== null && (rows.length > 0 || section !== null)),
    unanswered: selected.filter(({rows}) => rows === null).map(({title}) => title),
  }
}

/** `2026-01-01 to 2026-03-10, by month (the last period is in progress)`. */
export function describeRange(stats: Stats): string {
  const {by, trend} = stats
  return `${describeDays(stats)}, by ${by}${trend.complete ? '' : ' (the last period is in progress)'}`
}

/** `2026-01-01 to 2026-03-10`, `FY2025/26, 2025-10-01 to 2026-09-30`. */
export const describeDays = ({from, to, year}: Stats): string =>
  year === null || year === from.slice(0, 4) ? `${from} to ${to}` : `${year}, ${from} to ${to}`

/** `Data since 2025-06-01.`, also where collection began within or after the range. Empty without data. */
export function describeSince({since, from, to}: Stats): string {
  if (since === null) return ''
  if (since > to) return `Data begin on ${since}, after this range.`
  return since > from ? `Data begin on ${since}, within this range.` : `Data since ${since}.`
}

/** A cell for people: fractions with four significant digits, `yes` or `no`, empty if unknown. */
export function roundCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  if (typeof cell === 'number') return String(Number.isInteger(cell) ? cell : Number(cell.toPrecision(4)))
  return cell
}
