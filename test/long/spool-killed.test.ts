import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'
import {describe, it} from 'node:test'
import {openSqliteSource} from '../../src/collector/store/sqlite/source.ts'
import {factsOf} from '../collector/store/contract-parts.ts'
import {repositoryPath} from '../support/repository.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'

const points = ['spool: batches on disk', 'spool: block shipped'].flatMap(point => [1, 2, 5].map(nth => ({point, nth})))

describe('a spool that is killed', () => {
  for (const {point, nth} of points)
    it(`loses no accepted report, and counts none twice, at "${point}" for time ${nth}`, async t => {
      const directory = temporaryDirectory(t)
      const [data, remote, mark] = ['data', 'remote', 'killed'].map(name => join(directory, name)) as [
        string,
        string,
        string,
      ]
      const write = async (first: number, last: number, environment: NodeJS.ProcessEnv = {}): Promise<string[]> => {
        const preloaded = ['--import', repositoryPath('test/support/kill-at.ts')]
        const program = repositoryPath('test/collector/store/spool/spool-process.ts')
        const child = spawn(process.execPath, [...preloaded, program, data, remote, String(first), String(last)], {
          env: {...process.env, ...environment},
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')])
        return printed.split('\n').filter(line => line !== '')
      }
      const kill = {point, nth, victim: 'spool-process', mark}
      const accepted = await write(1, 20, {USAGE_TEST_KILL: JSON.stringify(kill)})
      assert.ok(existsSync(mark), 'not killed')
      // The sender of a report that was not accepted sends it again.
      const again = await write(accepted.length + 1, 20)
      assert.equal(accepted.length + again.length, 20)
      assert.deepEqual(
        readdirSync(join(data, 'spool')).filter(name => name.endsWith('.block')),
        [],
      )
      const source = openSqliteSource(remote)
      t.after(() => source.close())
      assert.equal((await factsOf(source)).features[0]!.count, 20)
    })
})
