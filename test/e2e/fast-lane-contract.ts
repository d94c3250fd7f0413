import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {cloneWithout} from '../support/clone-without.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'
import {makeScene} from '../support/scene.ts'
import {pick, type Share} from '../support/share.ts'
import {systemCalls} from '../support/system-calls.ts'
import {waitingEvents} from '../support/waiting-events.ts'

const nowhere = 'http://127.0.0.1:9'
const commands: Readonly<Record<string, readonly string[]>> = {
  start: ['start', '--script', '/opt/job.sh', '--field', 'executors=2'],
  feature: ['feature', 'Load.v1', '--type', 'Algorithm', '--detail', 'format=nexus'],
  end: ['end', '--exit-code', '0'],
}
/** No sender is made: what is measured is the recording. A shell's own variable, so that none has to be found out. */
const quiet = {USAGE_SENDER: '1', SHELL: '/bin/sh'}

/** What takes long: with one share among 3,000 waiting events and an eighth of the damages, with the other the rest. */
export function fastLaneHolds(share: Share): void {
  const crowd = share === 'some' ? 3_000 : 100_000
  describe('a reporting command in the fast lane', {concurrency: 2}, () => {
    it(
      `asks the kernel for as much with ${crowd} events waiting as with 1000, and hardly less with 10`,
      needs('strace'),
      async t => {
        const counts: number[] = []
        const scene = makeScene(t, nowhere, {flush: {threshold: 50}})
        const folder = scene.destination.paths.waiting
        await scene.usage(['start'])
        mkdirSync(folder, {recursive: true})
        let waiting = 0
        for (const wanted of [10, 1_000, crowd]) {
          for (; waiting < wanted; waiting++) writeFileSync(join(folder, `${waiting}`.padStart(36, '0')), '')
          const run = async () =>
            (await systemCalls(t, scene.home, commands['feature']!, {environment: quiet})).calls.length
          // One write in 256 counts what waits: not both of two.
          counts.push(Math.min(await run(), await run()))
        }
        const [few, many, most] = counts as [number, number, number]
        assert.equal(most, many)
        assert.ok(many - few <= 3, `${few} calls, then ${many}`)
      },
    )

    it('records, whatever became of what V8 made at the build', async t => {
      const name = `fast-lane-${process.version}-${process.platform}-${process.arch}.code`
      const program = cloneWithout(t, name)
      const whole = readFileSync(repositoryPath('dist', name))
      const flipped = (at: number) => {
        const copy = Buffer.from(whole)
        copy[at]! ^= 1 << (at % 8)
        return copy
      }
      const places = Array.from({length: 20}, (_, place) => Math.floor(((place + 0.37) * whole.length) / 20))
      const half = whole.length / 2
      const damages = [
        ...places.map(flipped),
        ...[half / 2, half, half * 1.5].map(from => Buffer.from(whole).fill(0, from)),
        ...[0, 1, half / 2, half, whole.length - 2].map(length => whole.subarray(0, length)),
        Buffer.alloc(whole.length),
      ]
      for (const [index, content] of pick(damages, share, 8).entries()) {
        writeFileSync(join(program, '..', '..', 'dist', name), content)
        const home = isolatedHome(t)
        const {path} = projectOnDisk(home.home, nowhere)
        const environment = {...quiet, USAGE_PROJECT_FILE: path}
        const outcome = await runProgram(home, [process.execPath, program, 'start'], {environment})
        assert.deepEqual([outcome.code, outcome.signal, outcome.stdout], [0, null, ''], `damage ${index}`)
        assert.doesNotMatch(outcome.stderr, /Error|at Object/, `damage ${index}`)
        assert.equal(waitingEvents(home.stateDirectory).length, 1, `damage ${index}`)
      }
    })
  })
}
