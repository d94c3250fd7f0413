import assert from 'node:assert/strict'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {test} from 'node:test'
import {columnQueries} from '../../../../../src/collector/store/sqlite/columns/read-columns.ts'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'

test('it reads the tables of events by an index of times, and never scans a whole table', async t => {
  const directory = temporaryDirectory(t)
  await openSqliteStore(directory).close()
  const database = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => database.close())
  for (const [name, sql] of Object.entries(columnQueries)) {
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    const steps = plan.map(({detail}) => String(detail)).filter(step => /^(?:SEARCH|SCAN) /.test(step))
    assert.ok(steps.length > 0, name)
    for (const step of steps)
      assert.match(step, /^SEARCH \w+ USING (?:COVERING )?(?:INDEX \w+_by_time|PRIMARY KEY) \(project=\? AND/, name)
  }
})
