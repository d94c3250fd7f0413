import assert from 'node:assert/strict'
import {chmodSync, mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {droppingPrivileges, needs} from '../support/needs.ts'
import {runProgram} from '../support/run-program.ts'

describe('a state folder that is closed to the user', needs(...droppingPrivileges), () => {
  for (const command of ['log', 'preview', 'flush'])
    it(`is named in an error by usage ${command}`, async t => {
      const home = isolatedHome(t)
      const root = home.environment['TMPDIR'] ?? ''
      chmodSync(root, 0o755)
      const state = join(root, 'state')
      mkdirSync(state, {mode: 0o700})
      const user = ['setpriv', '--reuid', '54321', '--regid', '54321', '--clear-groups'] as const
      const environment = {USAGE_STATE_DIR: state, USAGE_CONFIG_DIR: join(root, 'settings')}
      const outcome = await runProgram(home, [...user, 'usage', command], {cwd: '/', environment})
      assert.deepEqual([outcome.code, outcome.stdout], [1, ''])
      assert.match(outcome.stderr, new RegExp(`^USAGE_STATE_UNREADABLE: cannot read ${state}\n  Next: .*permissions`))
    })
})
