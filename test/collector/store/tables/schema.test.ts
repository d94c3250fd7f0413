import assert from 'node:assert/strict'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {it} from 'node:test'
import {openSqliteSource, openSqliteStore} from '../../../../src/collector/store/sqlite.ts'
import {temporaryDirectory} from '../../../support/temporary-directory.ts'

it('leaves a database of somebody else as it is, whatever version it says it has (USAGE_STORE_UNREADABLE)', t => {
  for (const version of [0, 1, 7]) {
    const directory = temporaryDirectory(t)
    const foreign = new DatabaseSync(join(directory, 'usage.sqlite'))
    foreign.exec(`CREATE TABLE letters (text TEXT); PRAGMA user_version = ${version}`)
    foreign.close()
    for (const open of [openSqliteStore, openSqliteSource])
      assert.throws(() => open(directory), {code: 'USAGE_STORE_UNREADABLE'})
    const after = new DatabaseSync(join(directory, 'usage.sqlite'), {readOnly: true})
    assert.deepEqual(
      after
        .prepare('SELECT name FROM sqlite_master')
        .all()
        .map(row => row['name']),
      ['letters'],
    )
    after.close()
  }
})
