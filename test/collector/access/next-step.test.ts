import assert from 'node:assert/strict'
import {test} from 'node:test'
import {nextStepFor} from '../../../src/collector/access/next-step.ts'

const cases = [
  ["ENOSPC: no space left on device, open '/data/x'", /^Free space/],
  ["EROFS: read-only file system, lchown '/data/x'", /^Free space/],
  ['database or disk is full', /^Free space/],
  ["EACCES: permission denied, open '/data/x'", /permissions/],
  ['attempt to write a readonly database', /permissions/],
] as const

test('it names the disk or the permissions as the next step, and nothing after another error', () => {
  for (const [message, next] of cases) assert.match(nextStepFor(message).next ?? '', next, message)
  for (const message of ['unable to open database file', 'ENOSPCX']) assert.deepEqual(nextStepFor(message), {})
})
