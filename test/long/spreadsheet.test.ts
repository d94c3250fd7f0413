import assert from 'node:assert/strict'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {pathToFileURL} from 'node:url'
import {writeCsv} from '../../src/stats/write/csv.ts'
import type {Cell, Table} from '../../src/stats/write/table.ts'
import {tablesOf} from '../../src/stats/write/tables.ts'
import {sample} from '../stats/sample-stats.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {runProgram} from '../support/run-program.ts'

/** Separator, quote, UTF-8, first line, columns, language, quoted fields are texts: what `docs/stats.md` recommends. */
const csvOptions = '--infilter=CSV:44,34,76,1,,0,true'

/** The types of the cells of a sheet in flat XML, row by row; null for an empty cell. */
function typesOf(sheet: string): (string | null)[][] {
  const [table = ''] = /<table:table [\s\S]*?<\/table:table>/.exec(sheet) ?? []
  return [...table.matchAll(/<table:table-row[^>]*>([\s\S]*?)<\/table:table-row>/g)].map(([, row]) =>
    [...row!.matchAll(/<table:table-cell([^>]*)>/g)].flatMap(([, attributes]) => {
      const type = /office:value-type="(\w+)"/.exec(attributes!)?.[1] ?? null
      const repeated = Number(/number-columns-repeated="(\d+)"/.exec(attributes!)?.[1] ?? 1)
      return Array.from({length: Math.min(repeated, 100)}, () => type)
    }),
  )
}

function wantedType(cell: Cell, column: string): string | null {
  if (cell === null || cell === '') return null
  if (typeof cell === 'number') return 'float'
  if (typeof cell === 'boolean') return 'boolean'
  return ['firstDay', 'from', 'to', 'since', 'day'].includes(column) ? 'date' : 'string'
}

test(
  'LibreOffice opens each answer with days as dates, shares as numbers and versions as texts',
  needs('soffice'),
  async t => {
    const home = isolatedHome(t)
    const tables = tablesOf(sample).filter((table): table is Table & {rows: Cell[][]} => (table.rows?.length ?? 0) > 0)
    const files = tables.map(({section}) => join(home.home, `${section}.csv`))
    for (const [index, table] of tables.entries()) writeFileSync(files[index]!, writeCsv(table))
    const profile = `-env:UserInstallation=${pathToFileURL(join(home.home, 'profile')).href}`
    const command = ['soffice', profile, '--headless', csvOptions, '--convert-to', 'fods', '--outdir', home.home]
    const {code, stderr} = await runProgram(home, [...command, ...files] as [string, ...string[]])
    assert.equal(code, 0, stderr)
    let dates = 0
    for (const {section, columns, rows} of tables) {
      const [heads, ...types] = typesOf(readFileSync(join(home.home, `${section}.fods`), 'utf8'))
      assert.equal(heads!.filter(type => type === 'string').length, columns.length, section)
      for (const [place, row] of rows.entries()) {
        const wanted = row.map((cell, index) => wantedType(cell, columns[index]!))
        assert.deepEqual(types[place]!.slice(0, columns.length), wanted, `${section}, row ${place + 1}`)
        dates += wanted.filter(type => type === 'date').length
      }
    }
    assert.ok(tables.length > 15 && dates > 15, `${tables.length} tables with ${dates} dates`)
  },
)
