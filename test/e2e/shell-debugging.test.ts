import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {countDrops} from '../../src/reporter/destination/drops.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runProgram} from '../support/run-program.ts'
import {ofShare} from '../support/share.ts'
import {libraryOnDisk, testedShells} from '../support/shell-library.ts'
import {waitingEvents} from '../support/waiting-events.ts'

type TestedShell = (typeof testedShells)[number]

/** Runs the lines of a script that has sourced the functions, on a PATH without `usage`. */
function makeScene(t: TestContext, shell: TestedShell) {
  const home = isolatedHome(t)
  const {project} = projectOnDisk(home.home, 'http://127.0.0.1:9')
  const library = libraryOnDisk(home.home, shell.library, project)
  const {paths} = destinationOf(home.stateDirectory, project)
  const run = (script: string, environment: Readonly<Record<string, string>>) => {
    const file = join(home.home, 'job.sh')
    writeFileSync(file, `set -u\n. '${library}'\n${script}\n`)
    const USAGE_CONSENT = `demo@${collectionVersion(project)}`
    return runProgram(home, [...shell.command, file], {
      environment: {PATH: '/usr/bin:/bin', USAGE_CONSENT, ...environment},
    })
  }
  return {home, paths, run}
}

/** Calls, what each says, and whether it is wrong use. */
const calls: readonly (readonly [call: string, said: string | null])[] = [
  ['usage_trap', 'USAGE_WRONG_USE: usage_trap: must follow usage_start'],
  ['usage_end 3', 'USAGE_UNPAIRED: usage_end: must follow usage_start'],
  ['usage_feature Load.v1 Algorithm', 'USAGE_UNPAIRED: usage_feature: no run is open'],
  ['usage_start 1.4.0 more', 'USAGE_WRONG_USE: usage_start: must have one argument, the version'],
  ['usage_trap', null],
  ['usage_feature', 'USAGE_WRONG_USE: usage_feature: a name is required'],
  ['usage_feature Load.v1 Algorithm', null],
  ['usage_feature Nope', 'USAGE_UNDECLARED_FEATURE: must be a declared feature of type Feature, got "Nope"'],
  ['usage_feature Load.v1 Algorithm 3', 'USAGE_WRONG_USE: usage_feature: must have a name and a type'],
  ['usage_end abc', 'USAGE_WRONG_USE: exit code: must be a number from 0 to 999, got "abc"'],
  ['usage_end', null],
]
const script = calls.map(([call]) => `${call}; echo "$?"`).join('\n')
const lines = (prefix: string, said: readonly (string | null)[]): string =>
  said.map(line => (line === null ? '' : `${prefix}${line}\n`)).join('')

for (const shell of ofShare(testedShells, 2))
  describe(`the functions in ${shell.name}, called wrongly`, needs(shell.command[0]), () => {
    it('return 0 in silence, and count what is left out', async t => {
      const {home, paths, run} = makeScene(t, shell)
      const outcome = await run(script, {})
      assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, '0\n'.repeat(calls.length), ''])
      assert.equal(waitingEvents(home.stateDirectory).length, 7)
      assert.partialDeepStrictEqual(countDrops(paths.drops), {'wrong-use': 1, 'undeclared-field': 3})
    })

    it('say each mistake in one line under USAGE_DEBUG=1, and return 0', async t => {
      const {run} = makeScene(t, shell)
      const outcome = await run(script, {USAGE_DEBUG: '1'})
      const said = lines(
        'usage: ',
        calls.map(([, one]) => one),
      )
      assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, '0\n'.repeat(calls.length), said])
    })

    it('return 2 for each mistake under USAGE_STRICT=1, and keep the exit code in a trap', async t => {
      const {run} = makeScene(t, shell)
      const outcome = await run(script, {USAGE_STRICT: '1'})
      const codes = calls.map(([, one]) => (one === null ? '0\n' : '2\n')).join('')
      assert.deepEqual([outcome.code, outcome.stdout], [0, codes])
      assert.equal(outcome.stderr.split('\n').length - 1, calls.filter(([, one]) => one !== null).length)
      const stopped = await run('set -e\nusage_start\nusage_trap\nusage_feature Nope\necho no', {USAGE_STRICT: '1'})
      assert.deepEqual([stopped.code, stopped.stdout], [2, ''])
    })

    it('say which consent rule decided, once, and not more than a hundred lines', async t => {
      const {home, run} = makeScene(t, shell)
      const loop = 'i=0; while [ $i -lt 150 ]; do usage_feature "N$i"; i=$((i + 1)); done'
      const forbidden = await run(`usage_start\n${loop}\nusage_end`, {USAGE_DEBUG: '1', DEMO_TRACKING: 'off'})
      assert.equal(forbidden.stderr, 'usage: not recorded: project-variable, decided by the variable of the project\n')
      const flooded = (await run(`usage_start\n${loop}`, {USAGE_DEBUG: '1'})).stderr.trimEnd().split('\n')
      assert.deepEqual([flooded.length, flooded.at(-1)], [100, 'usage: more lines are not shown'])
      const optOut = join(home.configDirectory, 'optout')
      mkdirSync(dirname(optOut), {recursive: true})
      writeFileSync(optOut, '')
      const {stderr} = await run('usage_start; usage_end', {USAGE_DEBUG: '1'})
      assert.equal(stderr, `usage: not recorded: user-opt-out, decided by ${optOut}\n`)
    })
  })
