import * as Flags from '@oclif/core/flags'
import type {BooleanFlag, OptionFlag} from '@oclif/core/interfaces'
import {
  type FlagKind,
  type FlagRow,
  type FlagTable,
  projectRows,
  reportingRows,
  runRows,
} from '../arguments/flag-table.ts'
import {readSeconds} from '../arguments/read-values.ts'

/** oclif's type of a flag, by the kind of its row. */
type FlagOf<Kind extends FlagKind> = Kind extends 'boolean'
  ? BooleanFlag<boolean>
  : OptionFlag<(Kind extends 'pairs' ? string[] : string) | undefined>
type FlagsOf<Table extends FlagTable> = {[name in keyof Table]: FlagOf<Table[name]['kind']>}

/** Creates oclif's flags from a table of rows. */
export function flagsOf<const Table extends FlagTable>(table: Table): FlagsOf<Table> {
  return Object.fromEntries(Object.entries(table).map(([name, row]) => [name, flagOf(row)])) as FlagsOf<Table>
}

function flagOf({kind, description, helpValue}: FlagRow) {
  if (kind === 'boolean') return Flags.boolean({description})
  const texts = {description, ...(helpValue === undefined ? {} : {helpValue})}
  // Each occurrence accepts one value, so that the name of a feature can follow.
  if (kind === 'pairs') return Flags.string({...texts, multiple: true, multipleNonGreedy: true})
  return Flags.string(texts)
}

export const projectFlags = flagsOf(projectRows)
export const startFlags = flagsOf(reportingRows.start)
export const endFlags = flagsOf(reportingRows.end)
export const featureFlags = flagsOf(reportingRows.feature)
export const runFlags = flagsOf(runRows)

/** The time limit of a command in seconds, with decimals. */
export const waitFlag = Flags.string({
  description: 'the time limit in seconds (default: 10)',
  helpValue: 'SECONDS',
  parse: async input => readSeconds(input),
})
