import assert from 'node:assert/strict'
import {copyFileSync, existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {describe, it} from 'node:test'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import {migrations} from '../../src/collector/store/sqlite/tables/migrations.ts'
import type {FaultPoint} from '../../src/fault-points.ts'
import {writtenProject} from '../collector/samples.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {repositoryPath} from '../support/repository.ts'
import {runUsage} from '../support/run-program.ts'
import {killingEnvironment, wasKilled} from '../support/scene.ts'

describe('the update of a store, killed at a step', {concurrency: 2}, () => {
  const steps: readonly (readonly [point: FaultPoint, nth: number, version: number])[] = [
    ['update: earlier version kept', 1, 1],
    ...migrations.slice(1).map((_, index) => ['update: step done', index + 1, index + 2] as const),
  ]
  for (const [point, nth, version] of steps)
    it(`leaves a store of one version and the copy, and the next start ends it: ${point}, ${nth}`, async t => {
      const home = isolatedHome(t)
      const [data, projects] = [join(home.home, 'data'), join(home.home, 'projects')]
      for (const folder of [data, projects]) mkdirSync(folder)
      writeFileSync(join(projects, 'parsl.json'), JSON.stringify(writtenProject()))
      const path = join(data, 'usage.sqlite')
      copyFileSync(repositoryPath('test/fixtures/stores/version-1.sqlite'), path)
      const kill = killingEnvironment({home}, {point, nth, victim: 'run collect'})
      const environment = {...home.environment, ...kill}
      await runUsage({...home, environment}, [
        'collect',
        '--projects',
        projects,
        '--data',
        data,
        '--http',
        '127.0.0.1:0',
        '--udp',
        'off',
      ])
      assert.ok(wasKilled({home}), `not reached: ${point}`)
      assert.equal(read(path, 'PRAGMA user_version'), version)
      await openSqliteStore(data).close()
      for (const [file, expected] of [
        [path, migrations.length],
        [`${path}.version-1`, 1],
      ] as const) {
        assert.ok(existsSync(file))
        assert.equal(read(file, 'PRAGMA user_version'), expected)
        assert.equal(read(file, 'PRAGMA integrity_check'), 'ok')
        assert.equal(read(file, 'SELECT count(*) FROM runs'), 5)
      }
    })
})

function read(path: string, query: string): unknown {
  const database = new DatabaseSync(path, {readOnly: true})
  try {
    return Object.values(database.prepare(query).get() ?? {})[0]
  } finally {
    database.close()
  }
}
