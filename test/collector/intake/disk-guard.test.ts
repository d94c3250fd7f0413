import assert from 'node:assert/strict'
import {it} from 'node:test'
import {createDiskGuard} from '../../../src/collector/intake/disk-guard.ts'
import {UsageError} from '../../../src/errors.ts'

/** A guard of a disk of 1 GB whose free space and clock the test sets. */
function guarded({minFreeBytes = null as number | null, freeBytes = 500e6, totalBytes = 1e9} = {}) {
  const disk = {freeBytes, totalBytes, elapsedMs: 0, looks: 0}
  const changes: string[] = []
  const guard = createDiskGuard({
    directory: '/data',
    minFreeBytes,
    onChange: message => void changes.push(message),
    readSpace: () => {
      disk.looks++
      return {freeBytes: disk.freeBytes, totalBytes: disk.totalBytes}
    },
    elapsedMs: () => disk.elapsedMs,
  })
  return {disk, guard, changes}
}
const full = {code: 'USAGE_STORE_UNWRITABLE', http: 503}

it('refuses at one byte below its floor, says so once, and recovers by itself', () => {
  const {disk, guard, changes} = guarded({minFreeBytes: 100})
  disk.freeBytes = 100
  guard.require()
  disk.freeBytes = 99
  for (disk.elapsedMs = 1_000; disk.elapsedMs < 5_000; disk.elapsedMs += 1_000)
    assert.throws(() => guard.require(), full)
  assert.deepEqual(guard.check(), {ok: false, detail: '0.0 MB free, at least 0.0 MB required'})
  disk.freeBytes = 100
  disk.elapsedMs += 1_000
  guard.require()
  assert.deepEqual(changes, ['0.0 MB free, at least 0.0 MB required', 'the store is written again'])
})

it('has a floor of a twentieth of a small file system, and of 256 MiB at most', () => {
  for (const [totalBytes, floor] of [
    [20e6, 1e6],
    [1e12, 256 * 1024 * 1024],
  ] as const) {
    guarded({totalBytes, freeBytes: floor}).guard.require()
    assert.throws(() => guarded({totalBytes, freeBytes: floor - 1}).guard.require(), full)
  }
})

it('looks at the file system at most once a second', () => {
  const {disk, guard} = guarded()
  for (let request = 0; request < 1_000; request++) guard.require()
  assert.equal(disk.looks, 1)
})

it('pauses for a second after a write failed, then lets one report try, and recovers with the first success', () => {
  const {disk, guard, changes} = guarded()
  const failure = new UsageError('USAGE_STORE_UNWRITABLE', 'the store cannot be written: its quota is full')
  guard.noteWrite(failure)
  assert.throws(() => guard.require(), full)
  disk.elapsedMs += 1_000
  guard.require()
  guard.noteWrite(failure)
  assert.equal(guard.check().ok, false)
  disk.elapsedMs += 1_000
  guard.require()
  guard.noteWrite(null)
  assert.equal(guard.check().ok, true)
  assert.deepEqual(changes, [failure.message, 'the store is written again'])
})

it('does not pause for an error of a report or for a busy store', () => {
  const {guard} = guarded()
  guard.noteWrite(new Error('no such column'))
  guard.noteWrite(new UsageError('USAGE_COLLECTOR_BUSY', 'another program holds the lock of the store'))
  guard.require()
})
