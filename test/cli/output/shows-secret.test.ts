import assert from 'node:assert/strict'
import {closeSync, fstatSync, openSync} from 'node:fs'
import {join} from 'node:path'
import {it} from 'node:test'
import {showsSecret} from '../../../src/cli/output/shows-secret.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

it('shows a secret on a terminal or as JSON, and never in the journal', t => {
  const fd = openSync(join(temporaryDirectory(t), 'out'), 'w')
  t.after(() => closeSync(fd))
  const {dev, ino} = fstatSync(fd)
  const journal = {JOURNAL_STREAM: `${dev}:${ino}`}
  assert.equal(showsSecret({isTTY: true, fd}, false, {}), true)
  assert.equal(showsSecret({fd}, false, {}), false)
  assert.equal(showsSecret({fd}, true, {}), true)
  assert.equal(showsSecret({fd}, true, {JOURNAL_STREAM: '1:2'}), true)
  assert.equal(showsSecret({fd}, true, journal), false)
  assert.equal(showsSecret({fd: 9_999}, true, journal), false)
})
