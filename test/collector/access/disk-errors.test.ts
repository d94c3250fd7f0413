import assert from 'node:assert/strict'
import {test} from 'node:test'
import {nextStepForDisk} from '../../../src/collector/access/disk-errors.ts'

test('it names the disk as the next step after an error of a disk, and nothing after another', () => {
  for (const message of [
    "ENOSPC: no space left on device, open '/data/x'",
    "EROFS: read-only file system, lchown '/data/x'",
    'database or disk is full',
    'attempt to write a readonly database',
  ])
    assert.match(nextStepForDisk(message).next ?? '', /^Free space/, message)
  for (const message of ['EACCES: permission denied', 'unable to open database file', 'ENOSPCX'])
    assert.deepEqual(nextStepForDisk(message), {})
})
