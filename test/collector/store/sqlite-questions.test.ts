import assert from 'node:assert/strict'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {test} from 'node:test'
import {openSqliteStore} from '../../../src/collector/store/sqlite.ts'
import {makeQueries} from '../../../src/collector/store/sqlite-questions.ts'
import {noFilters, type StatsFilters} from '../../../src/stats/filters.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

const onHeaders: StatsFilters = {...noFilters, appVersion: '1', system: 'Linux', ci: 'only', application: 'parsl'}
const onFeatures: StatsFilters = {...noFilters, featureType: 'Algorithm', internal: true}

test('it enters the tables of events by their times, whatever the filters, and never reads one whole', async t => {
  const directory = temporaryDirectory(t)
  await openSqliteStore(directory).close()
  const database = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => database.close())
  for (const filters of [noFilters, onHeaders, onFeatures, {...onHeaders, ...onFeatures}])
    for (const [name, sql] of Object.entries(makeQueries(filters))) {
      // Reads no events, only what they refer to.
      if (name === 'headers') continue
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
      const steps = plan.map(({detail}) => String(detail))
      const tables = steps.filter(step =>
        /^(?:SEARCH|SCAN) (?:r|f|e|runs|features|unpaired_ends|quality|erased)\b/.test(step),
      )
      const ofEvents = tables.filter(step => !step.includes('VIRTUAL TABLE'))
      assert.ok(ofEvents.length > 0, `${name}: ${steps.join('\n')}`)
      for (const step of ofEvents)
        assert.match(step, /^SEARCH \w+ USING (?:COVERING )?(?:INDEX \w+_by_time|PRIMARY KEY) \(project=\? AND/, name)
    }
})
