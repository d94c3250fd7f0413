import assert from 'node:assert/strict'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {it} from 'node:test'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import {batchOf, nowMs, sampleProject, startOf} from '../collector/samples.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {runUsage} from '../support/run-program.ts'

it('backs up a store that is being written, restores it into a new folder, and says what is in it', async t => {
  const home = isolatedHome(t)
  const [data, file, target] = ['data', 'usage.backup', 'restored'].map(name => join(home.home, name)) as [
    string,
    string,
    string,
  ]
  const store = openSqliteStore(data)
  t.after(() => store.close())
  await store.saveProjects([sampleProject()])
  await store.insert([batchOf([startOf(1, nowMs)])])
  const made = await runUsage(home, ['backup', file, '--data', data])
  assert.match(made.stdout, /usage\.backup: 1 project, 1 run, 0 feature events, 0\.\d MB, verified\.\n$/)
  const restored = await runUsage(home, ['restore', file, '--data', target, '--json'])
  const {data: folder, rows, hasReplaced, lostErasures} = JSON.parse(restored.stdout)
  assert.deepEqual([folder, rows.runs, hasReplaced, lostErasures], [target, 1, false, []])
  assert.ok(existsSync(join(target, 'usage.sqlite')))
  const again = await runUsage(home, ['restore', file, '--data', target])
  assert.equal(again.code, 2)
  assert.match(again.stderr, /USAGE_DATA_NOT_EMPTY/)
})
