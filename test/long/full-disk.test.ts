import assert from 'node:assert/strict'
import {execFile} from 'node:child_process'
import {describe, it} from 'node:test'
import {promisify} from 'node:util'
import {needs} from '../support/needs.ts'
import {repositoryPath} from '../support/repository.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'

describe('a collector on a full disk', {concurrency: 2}, () => {
  for (const [what, ...minFree] of [
    ['with its floor of free space'],
    ['without a floor, until SQLite reports the full disk', '0'],
  ])
    it(`answers 503, is unready, and recovers by itself: ${what}`, needs('unshare'), async t => {
      const program = repositoryPath('test', 'support', 'full-disk.ts')
      const args = ['-Urm', process.execPath, program, temporaryDirectory(t), ...minFree]
      const {stdout} = await promisify(execFile)('unshare', args)
      t.diagnostic(stdout)
      const {before, full, last, restarted, freed} = JSON.parse(stdout)
      assert.deepEqual(before, {status: 200, hasRetryAfter: false, ready: 200})
      assert.deepEqual(
        full.filter((status: number) => status !== 200 && status !== 503),
        [],
      )
      assert.deepEqual(last, {status: 503, hasRetryAfter: true, ready: 503})
      assert.match(restarted, /^USAGE_STORE_UN(?:WRITABLE|READABLE)$/)
      assert.deepEqual(freed, {status: 200, hasRetryAfter: false, ready: 200})
    })
})
