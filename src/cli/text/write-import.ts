import {toPlainText} from '../../protocol/values/plain-text.ts'
import {type ImportOutcome, isEmpty} from '../maintain/import-files.ts'
import type {Paint} from '../output/paint.ts'
import {writeAmount} from './words.ts'

/** Damaged records that are shown for each file; `--json` lists more. */
const shownDamaged = 20

/** Writes the result of an import for a person. */
export function writeImport(outcome: ImportOutcome, paint: Paint): string {
  return [...outcome.files.map(file => writeFile(file, paint)), ...writeTotal(outcome, paint)].join('\n')
}

function writeFile(file: ImportOutcome['files'][number], paint: Paint): string {
  const {damaged, resumedAfter} = file
  const place = file.format === 'mantid' ? 'result' : 'line'
  const resumed = resumedAfter === null ? '' : `, resumed after ${resumedAfter}`
  const more = damaged.count - Math.min(damaged.count, shownDamaged)
  return [
    `${paint.bold(toPlainText(file.file))} (${file.format}): ${writeAmount(file.records, 'record')}${resumed}; ${writeCounts(file)}`,
    ...damaged.listed.slice(0, shownDamaged).map(({line, message}) => `  ${place} ${line}: ${toPlainText(message)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(isEmpty(file)
      ? [paint.red('  Nothing was imported from this file. It must be a log of Parsl, pages of Mantid or an export.')]
      : []),
  ].join('\n')
}

function writeTotal({files, damaged, ...counts}: ImportOutcome, paint: Paint): string[] {
  if (files.length < 2) return []
  return [`${paint.bold('All files')}: ${writeCounts({...counts, damaged: {count: damaged}})}`]
}

function writeCounts(counts: {
  readonly accepted: number
  readonly duplicates: number
  readonly refused: number
  readonly damaged: {readonly count: number}
}): string {
  const {accepted, duplicates, refused, damaged} = counts
  const others = [
    ...(duplicates > 0 ? [`${duplicates} already imported`] : []),
    ...(refused > 0 ? [`${refused} refused (undeclared features)`] : []),
    ...(damaged.count > 0 ? [`${damaged.count} damaged`] : []),
  ]
  return [`${writeAmount(accepted, 'event')} imported`, ...others].join(', ')
}
