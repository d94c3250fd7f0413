import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {it} from 'node:test'
import {makeFirstReadToken} from '../../../../../src/collector/access/read-tokens.ts'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {batchOf, featureOf, nowMs} from '../../../samples.ts'

/** What is done to the store of a folder that has a read token, and how it is refused. */
const cases: readonly (readonly [what: string, damage: (path: string) => void, code: string])[] = [
  ['an empty store beside a token', path => truncateSync(path, 0), 'USAGE_STORE_DAMAGED'],
  ['no store beside a token', path => rmSync(path), 'USAGE_STORE_DAMAGED'],
  ['a store that is cut', path => truncateSync(path, 20_480), 'USAGE_STORE_DAMAGED'],
  [
    'a store whose beginning is lost',
    path => writeFileSync(path, readFileSync(path).fill(0, 0, 4096)),
    'USAGE_STORE_DAMAGED',
  ],
  ['a text', path => writeFileSync(path, 'no database, but as long as one'.repeat(999)), 'USAGE_STORE_DAMAGED'],
  ['a store of a newer version', path => change(path, 'PRAGMA user_version=99'), 'USAGE_STORE_UNREADABLE'],
  ['a database of another program', path => change(path, 'PRAGMA application_id=7'), 'USAGE_STORE_UNREADABLE'],
]

function change(path: string, sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA journal_mode=DELETE; ${sql}`)
  database.close()
}

for (const [what, damage, code] of cases)
  it(`refuses ${what} with ${code} and a next step, and changes nothing`, async t => {
    const data = temporaryDirectory(t)
    const store = openSqliteStore(data)
    await store.insert([batchOf(Array.from({length: 500}, (_, number) => featureOf(number, nowMs)))])
    await store.close()
    makeFirstReadToken(data, nowMs)
    const path = join(data, 'usage.sqlite')
    damage(path)
    const before = what.startsWith('no ') ? null : readFileSync(path)
    assert.throws(() => openSqliteStore(data), {code, exit: 2, next: /[Rr]estore|version|--data/})
    if (before !== null) assert.deepEqual(readFileSync(path), before)
  })

it('refuses a folder and a pipe without opening them', t => {
  const refuses = (data: string) => assert.throws(() => openSqliteStore(data), {code: 'USAGE_STORE_UNREADABLE'})
  const [first, second] = [temporaryDirectory(t), temporaryDirectory(t)]
  mkdirSync(join(first, 'usage.sqlite'))
  refuses(first)
  execFileSync('mkfifo', [join(second, 'usage.sqlite')])
  refuses(second)
})

it('opens an empty file and a missing one in a folder without other files', async t => {
  const data = temporaryDirectory(t)
  writeFileSync(join(data, 'usage.sqlite'), '')
  await openSqliteStore(data).close()
})
