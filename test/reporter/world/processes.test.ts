import assert from 'node:assert/strict'
import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {copyFileSync, readFileSync, readlinkSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {readProcesses} from '../../../src/reporter/world/processes.ts'
import {needs} from '../../support/needs.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

const ps = (format: string, pid: number): number =>
  Number(execFileSync('ps', ['-o', `${format}=`, '-p', String(pid)]).toString())

describe('the chain of callers', () => {
  it('is what ps says, from this process up', needs('ps'), () => {
    const {callers} = readProcesses(process.pid, {})
    assert.equal(callers[0]?.pid, process.pid)
    assert.equal(callers[1]?.pid, process.ppid)
    for (const [index, {pid, startTime, isSessionLeader}] of callers.entries()) {
      const above = callers[index + 1]
      if (above !== undefined) assert.equal(ps('ppid', pid), above.pid)
      assert.match(startTime ?? '', /^\d+$/)
      assert.equal(isSessionLeader, ps('sid', pid) === pid)
    }
    assert.equal(callers.length < 64 && ps('ppid', callers.at(-1)!.pid), 0)
  })

  it('names the boot and the pid namespace', () => {
    const {bootId, pidNamespace} = readProcesses(process.pid, {})
    assert.equal(bootId, readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
    assert.equal(pidNamespace, readlinkSync('/proc/self/ns/pid'))
  })

  it('reads a process whose name has brackets and spaces', async t => {
    const program = join(temporaryDirectory(t), ') S 1 2 (x) ')
    copyFileSync('/bin/sleep', program)
    const child = spawn(program, ['60'])
    t.after(() => child.kill('SIGKILL'))
    await once(child, 'spawn')
    const [self, parent] = readProcesses(child.pid!, {}).callers
    assert.equal(self?.pid, child.pid)
    assert.match(self?.startTime ?? '', /^\d+$/)
    assert.equal(self?.isSessionLeader, false)
    assert.equal(parent?.pid, process.pid)
  })

  it('knows who leads a session', async t => {
    const child = spawn('sleep', ['60'], {detached: true})
    t.after(() => child.kill('SIGKILL'))
    await once(child, 'spawn')
    assert.equal(readProcesses(child.pid!, {}).callers[0]?.isSessionLeader, true)
  })

  it('begins with the launcher when an older Node started this one', () => {
    const {callers} = readProcesses(process.pid, {})
    const launched = readProcesses(process.pid, {USAGE_LAUNCHER_PID: String(process.ppid)})
    assert.deepEqual(launched.callers, callers.slice(1))
    for (const other of ['', '0', 'x', String(process.pid), String(callers[2]?.pid ?? 0)])
      assert.deepEqual(readProcesses(process.pid, {USAGE_LAUNCHER_PID: other}).callers, callers)
  })

  it('is the process and its parent where /proc does not know it', () => {
    const unknown = 2 ** 22 + 1
    const nobody = {startTime: null, isSessionLeader: false}
    assert.deepEqual(readProcesses(unknown, {}).callers, [
      {pid: unknown, ...nobody},
      {pid: process.ppid, ...nobody},
    ])
  })
})
