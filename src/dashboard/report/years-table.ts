import type {Table} from '../../stats/write/table.ts'
import {writeBounded, writeShare} from '../../stats/write/text/write.ts'
import {writeRuns} from './sentences.ts'
import type {Comparison, ReportYear, Years} from './years.ts'

/** The table of reporting years for readers. A year in progress has `complete` false. Pure. */
export function yearsTable({rows, total}: Years): Table {
  const hasRuns = rows.some(({runs}) => runs !== null)
  const isCompared = rows.some(({compared}) => compared.reason === null)
  const columns = [
    'year',
    'users',
    ...(isCompared ? ['users, change'] : []),
    ...(hasRuns ? ['runs', ...(isCompared ? ['runs, change'] : []), 'runs so far'] : []),
    'computers',
    ...(hasRuns ? ['success rate'] : []),
  ]
  const cells = (row: ReportYear): string[] => [
    nameOf(row),
    writeBounded({low: row.usersLow, high: row.usersHigh}),
    ...(isCompared ? [writeChangeOf(row.compared, 'usersChange')] : []),
    ...(hasRuns
      ? [
          writeRuns(row.runs),
          ...(isCompared ? [writeChangeOf(row.compared, 'runsChange')] : []),
          writeRuns(row.runsSoFar),
        ]
      : []),
    writeBounded({low: row.computersLow, high: row.computersHigh}),
    ...(hasRuns ? [row.successRate === null ? '' : writeShare(row.successRate)] : []),
  ]
  const all =
    total === null
      ? []
      : [
          [
            'all',
            writeBounded({low: total.usersLow, high: total.usersHigh}),
            ...(isCompared ? [''] : []),
            ...(hasRuns ? [writeRuns(total.runs), ...(isCompared ? [''] : []), writeRuns(total.runs)] : []),
            '',
            ...(hasRuns ? [''] : []),
          ],
        ]
  return {section: 'years', title: 'Reporting years', columns, rows: [...rows.map(cells), ...all]}
}

/** `2025`, `2026 (in progress)`, `2024 (in part)` for a year in which the data begin. */
function nameOf({year, complete, whollyCollected}: ReportYear): string {
  if (!complete) return `${year} (in progress)`
  return whollyCollected ? year : `${year} (in part)`
}

function writeChangeOf(compared: Comparison, key: 'usersChange' | 'runsChange'): string {
  const change = compared[key]
  if (change === null) return ''
  return `${change > 0 ? '+' : change < 0 ? '-' : ''}${writeShare(Math.abs(change))}`
}
