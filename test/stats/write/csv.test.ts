import assert from 'node:assert/strict'
import {test} from 'node:test'
import {writeCsv, writeLongCsv} from '../../../src/stats/write/csv.ts'
import {tablesOf} from '../../../src/stats/write/tables.ts'
import {hostile, hostileStats, sample} from '../sample-stats.ts'

const table = (section: string) => tablesOf(sample).find(one => one.section === section)!
const csvOf = (cell: string): string => writeCsv({section: 's', title: 't', columns: ['name'], rows: [[cell]]})

test('it writes an answer as a table with a head', () => {
  assert.equal(
    writeCsv(table('versions')),
    'version,runs,users,usersLow,usersHigh,runsWithoutUser,daysWithoutUser\n"3.5.2",40,9,9,9,0,0\n,2,1,1,1,0,0\n',
  )
  assert.match(
    writeCsv(table('runs')),
    /^span,period,firstDay,value,exact,low,high,complete\n"range","2026-01-01\/2026-03-10",2026-01-01,42,true/,
  )
  assert.match(writeCsv(table('runs')), /\n"period","2026-03",2026-03-01,12,true,12,12,false\n$/)
})

test('it writes all answers as one table of four columns', () => {
  const rows = writeLongCsv(tablesOf(sample)).trimEnd().split('\n')
  assert.equal(rows[0], 'section,row,column,value')
  assert.ok(rows.includes('features,1,internalCount,400'))
  for (const row of rows.filter(line => !line.includes('"'))) assert.equal(row.split(',').length, 4, row)
  const filtered = tablesOf({...sample, versions: null})
  assert.match(writeLongCsv(filtered), /^versions,1,unanswered,true$/m)
})

test('it has one type in each column: texts are quoted, numbers and days are not', () => {
  for (const {columns, ...one} of [...tablesOf(sample), ...tablesOf(hostileStats)]) {
    const [, ...lines] = writeCsv({columns, ...one})
      .trimEnd()
      .split('\n')
    const kinds = columns.map(() => new Set<string>())
    for (const line of lines)
      for (const [place, [cell = '']] of [...line.matchAll(/(?<=^|,)(?:"(?:[^"]|"")*"|[^,"]*)(?=,|$)/g)].entries())
        if (cell !== '')
          kinds[place]!.add(
            cell.startsWith('"')
              ? 'text'
              : /^\d{4}-\d\d-\d\d$/.test(cell)
                ? 'day'
                : /^(?:true|false)$/.test(cell)
                  ? 'boolean'
                  : 'number',
          )
    for (const [place, found] of kinds.entries())
      assert.ok(found.size <= 1, `${one.section}.${columns[place]}: ${[...found]}`)
  }
})

test('it prevents texts from becoming formulas', () => {
  for (const start of ['=', '+', '-', '@', ' =', '＝', '＋', '－', '＠'])
    assert.match(csvOf(`${start}cmd()`), /^name\n"?'/, start)
  for (const start of ['\t', '\r', '\n', '\u0000']) assert.equal(csvOf(`${start}=cmd()`), 'name\n"?=cmd()"\n')
  assert.equal(csvOf('a=b'), 'name\n"a=b"\n')
  assert.equal(writeCsv({section: 's', title: 't', columns: ['n'], rows: [[-1], [null], [true]]}), 'n\n-1\n\ntrue\n')
})

test('it quotes characters that would end a cell and replaces control characters', () => {
  assert.equal(csvOf('a"b,c'), 'name\n"a""b,c"\n')
  assert.equal(csvOf(hostile).split('\n').length, 3)
  const all = writeLongCsv(tablesOf(hostileStats))
  assert.doesNotMatch(all, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  assert.doesNotMatch(all, /(?:^|,)"?[=+@]/m)
})
