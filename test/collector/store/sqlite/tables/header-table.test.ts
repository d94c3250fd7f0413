import assert from 'node:assert/strict'
import {DatabaseSync} from 'node:sqlite'
import {it} from 'node:test'
import {addHeaderColumns, missingHeaderColumns} from '../../../../../src/collector/store/sqlite/tables/header-table.ts'
import {migrate} from '../../../../../src/collector/store/sqlite/tables/schema.ts'
import {headerColumns} from '../../../../../src/protocol/report/header-columns.ts'

const columns = [...headerColumns, 'later', 'commit_date']

it('adds missing columns to the table of headers, and keeps its rows', t => {
  const database = new DatabaseSync(':memory:')
  t.after(() => database.close())
  migrate(database, 'memory')
  database.exec(`
    INSERT INTO projects (id, project) VALUES (1, 'parsl');
    INSERT INTO headers (id, project, digest, version) VALUES (1, 1, x'00', '1.0');
    INSERT INTO runs (project, run, header, header_rank, first_sign_at, last_sign_at, is_clamped)
      VALUES (1, x'01', 1, 1, 0, 0, 0)`)
  assert.deepEqual(missingHeaderColumns(database, columns), ['later', 'commit_date'])
  addHeaderColumns(database, columns)
  assert.deepEqual(missingHeaderColumns(database, columns), [])
  const row = database.prepare('SELECT * FROM readable_runs').get()
  assert.partialDeepStrictEqual({...row}, {project: 'parsl', version: '1.0', later: null, commit_date: null})
})

it('finds no missing column in a new store, nor after all were added', t => {
  const database = new DatabaseSync(':memory:')
  t.after(() => database.close())
  migrate(database, 'memory')
  assert.deepEqual(missingHeaderColumns(database), [])
  addHeaderColumns(database, columns)
  addHeaderColumns(database, columns)
  assert.deepEqual(missingHeaderColumns(database, columns), [])
})
