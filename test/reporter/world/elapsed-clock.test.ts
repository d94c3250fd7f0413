import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {chooseClock, readElapsedClock} from '../../../src/reporter/world/elapsed-clock.ts'
import {isolatedHome} from '../../support/isolated-home.ts'
import {needs} from '../../support/needs.ts'
import {projectOnDisk} from '../../support/project-on-disk.ts'
import {pythonScene} from '../../support/python-client.ts'
import {runShell} from '../../support/run-program.ts'
import {waitingEvents} from '../../support/waiting-events.ts'

describe('the clock of durations', () => {
  it('is the exact one unless the machine was suspended, whatever a container says', () => {
    assert.equal(chooseClock(1000.123456, 1000.12), 1000.123456)
    assert.equal(chooseClock(1000.123456, 1000.16), 1000.123456)
    assert.equal(chooseClock(1000.123456, 29_800.12), 29_800.12)
    assert.equal(chooseClock(1000.123456, 3.5), 1000.123456)
  })

  it('goes on', () => {
    const before = readElapsedClock()
    assert.ok(readElapsedClock() > before)
  })

  it('counts the time in which the machine was suspended, by the commands', needs('unshare'), async t => {
    const bare = isolatedHome(t)
    const {path} = projectOnDisk(bare.home, 'http://127.0.0.1:9')
    const home = {...bare, environment: {...bare.environment, USAGE_PROJECT_FILE: path}}
    // A namespace for time in which the machine has been up for 1000 seconds more, none of which the other clock knows.
    await runShell(home, 'sh', 'id=$(usage start --print-id); unshare -UrT --boottime 1000 usage end --run "$id"')
    const end = waitingEvents(home.stateDirectory).find(({type}) => type === 'end')
    assert.ok(end?.type === 'end' && (end.durationSeconds ?? 0) >= 1000, JSON.stringify(end))
  })

  it('counts it by the client of Python, too', needs('python3'), async t => {
    const {run, events} = pythonScene(t)
    await run(
      'import time; usage.start(); real = time.clock_gettime\ntime.clock_gettime = lambda clock: real(clock) + (1000 if clock == time.CLOCK_BOOTTIME else 0)\nusage.end(0)',
    )
    const end = events().find(({type}) => type === 'end')
    assert.ok(end?.type === 'end' && (end.durationSeconds ?? 0) >= 1000, JSON.stringify(end))
  })
})
