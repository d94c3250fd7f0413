import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {countDrops} from '../../src/reporter/destination/drops.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {makeScene} from '../support/scene.ts'
import {itOnce, ofShare} from '../support/share.ts'
import {waitingEvents} from '../support/waiting-events.ts'

const nowhere = 'http://127.0.0.1:9'

/** Wrong ways to call the reporting commands, and the code that each of them gets. PROJECT stands for a project file. */
const mistakes: readonly (readonly [what: string, args: readonly string[], code: string])[] = [
  ['no project', ['start'], 'USAGE_NO_PROJECT'],
  ['an unknown project', ['start', '--project', 'nobody'], 'USAGE_PROJECT_UNKNOWN'],
  ['a missing project file', ['end', '--project-file', '/nowhere.json'], 'USAGE_PROJECT_FILE_UNREADABLE'],
  ['an unknown flag', ['start', '--project-file', 'PROJECT', '--bogus'], 'USAGE_WRONG_USE'],
  ['a feature without a name', ['feature', '--project-file', 'PROJECT'], 'USAGE_WRONG_USE'],
  ['an exit code that is none', ['end', '--project-file', 'PROJECT', '--exit-code', 'two'], 'USAGE_WRONG_USE'],
  [
    'an exit code and a signal',
    ['end', '--project-file', 'PROJECT', '--exit-code', '1', '--signal', 'TERM'],
    'USAGE_WRONG_USE',
  ],
  ['a run that is no id', ['end', '--project-file', 'PROJECT', '--run', '17'], 'USAGE_WRONG_USE'],
  ['a field without a value', ['start', '--project-file', 'PROJECT', '--field', 'executors'], 'USAGE_WRONG_USE'],
  [
    'a time without a zone',
    ['feature', 'Load.v1', '--project-file', 'PROJECT', '--started', '2026-01-01T00:00:00'],
    'USAGE_WRONG_USE',
  ],
  ['a negative duration', ['feature', 'Load.v1', '--project-file', 'PROJECT', '--duration=-1'], 'USAGE_WRONG_USE'],
  ['a count of nothing', ['feature', 'Load.v1', '--project-file', 'PROJECT', '--count', '0'], 'USAGE_WRONG_USE'],
  ['an undeclared field', ['start', '--project-file', 'PROJECT', '--field', 'home=/root'], 'USAGE_UNDECLARED_FIELD'],
  ['an ill-typed field', ['start', '--project-file', 'PROJECT', '--field', 'executors=many'], 'USAGE_FIELD_INVALID'],
  ['an undeclared feature', ['feature', 'Guess.v1', '--project-file', 'PROJECT'], 'USAGE_UNDECLARED_FEATURE'],
  ['an end without a start', ['end', '--project-file', 'PROJECT'], 'USAGE_UNPAIRED'],
]

describe('a reporting command that is called wrongly', {concurrency: 2}, () => {
  for (const [what, args, code] of ofShare(mistakes, 4)) {
    it(`goes on in silence with ${what}, and fails with ${code} under --strict`, async t => {
      const home = isolatedHome(t)
      const {path} = projectOnDisk(home.home, nowhere)
      const line = args.map(arg => arg.replace('PROJECT', path))
      const patient = await runUsage(home, line, {environment: {USAGE_DEBUG: ''}})
      assert.deepEqual([patient.code, patient.stdout, /USAGE_/.test(patient.stderr)], [0, '', false])
      const strict = await runUsage(home, [...line, '--strict'])
      assert.deepEqual([strict.code, strict.stdout], [2, ''])
      assert.match(strict.stderr, new RegExp(`${code}: .+\\n  Next: .+`))
      const debugged = await runUsage(home, line, {environment: {USAGE_DEBUG: '1'}})
      assert.equal(debugged.code, 0)
      assert.match(debugged.stderr, new RegExp(code))
    })
  }

  const recorded: readonly (readonly [args: readonly string[], event: object, dropped: number])[] = [
    [['start', '1.4.0'], {type: 'start', header: {version: '1.4.0'}}, 0],
    [['start', 'job.sh', '--bogus', '--app-version', '2'], {type: 'start', header: {version: '2'}}, 2],
    [['end', '137'], {type: 'end', exitCode: 137, signal: null}, 0],
    [['end', '--exit-code', 'NaN'], {type: 'end', exitCode: null}, 1],
    [['end', '--exit-code', '3', '--signal', 'sigterm'], {type: 'end', exitCode: null, signal: 'SIGTERM'}, 1],
    [['end', '--signal', '9', '--wait', 'long'], {type: 'end', signal: 'SIGKILL'}, 1],
    [['end', '--signal', 'a b', '--field', 'executors'], {type: 'end', signal: null}, 2],
    [['end', '--exit-code', '--field', 'executors=2'], {type: 'end', exitCode: null, fields: {executors: 2}}, 1],
    [['end', '--run', '17', '--exit-code', '4'], {type: 'end', run: null, exitCode: 4}, 1],
    [
      ['feature', 'Load.v1', '--type', 'Algorithm', '--duration', 'NaN', '--count', 'x', '--started', 'nonsense'],
      {type: 'feature', name: 'Load.v1', durationSeconds: null, count: 1},
      3,
    ],
  ]
  for (const [args, event, dropped] of ofShare(recorded, 4))
    it(`records the event without what does not fit, and counts that: ${args.join(' ')}`, async t => {
      const {home, usage, destination} = makeScene(t, nowhere)
      for (const options of [[], ['--strict']]) {
        const before = waitingEvents(home.stateDirectory).length
        const drops = countDrops(destination.paths.drops)
        const {code, stdout} = await usage([...args, ...options])
        assert.equal(stdout, '')
        if (options.length === 0 || dropped > 0) assert.equal(code, options.length === 0 ? 0 : 2)
        const events = waitingEvents(home.stateDirectory)
        assert.equal(events.length, before + 1)
        assert.partialDeepStrictEqual(events.at(-1), event)
        const after = countDrops(destination.paths.drops)
        assert.deepEqual(after, {...drops, 'undeclared-field': drops['undeclared-field'] + dropped})
      }
    })

  itOnce('counts an event that cannot be told once, strict or not', async t => {
    const {home, usage, destination} = makeScene(t, nowhere)
    for (const args of [['feature'], ['feature', 'Load', '.v1'], ['feature', '--strict']]) await usage(args)
    assert.equal(countDrops(destination.paths.drops)['wrong-use'], 3)
    assert.deepEqual(waitingEvents(home.stateDirectory), [])
  })

  itOnce('is strict by USAGE_STRICT=1 as well', async t => {
    const outcome = await runUsage(isolatedHome(t), ['start'], {environment: {USAGE_STRICT: '1'}})
    assert.equal(outcome.code, 2)
  })

  itOnce('answers with one JSON document when asked for JSON', async t => {
    const outcome = await runUsage(isolatedHome(t), ['start', '--strict', '--json'])
    const {error} = JSON.parse(outcome.stdout)
    assert.deepEqual([error.code, typeof error.message, typeof error.next], ['USAGE_NO_PROJECT', 'string', 'string'])
    assert.deepEqual([outcome.code, outcome.stderr], [2, ''])
  })

  itOnce('still exits 0 when the state folder cannot be written', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, nowhere)
    writeFileSync(join(home.home, 'file'), '')
    const environment = {USAGE_STATE_DIR: join(home.home, 'file', 'below'), USAGE_DEBUG: '1'}
    const outcome = await runUsage(home, ['start', '--project-file', path], {environment})
    assert.deepEqual([outcome.code, outcome.stdout], [0, ''])
    assert.match(outcome.stderr, /state-not-writable/)
  })

  itOnce('still exits 0 when the buffer cannot be written after all', async t => {
    const home = isolatedHome(t)
    const {path, project} = projectOnDisk(home.home, nowhere)
    const {destinationOf} = await import('../../src/reporter/destination/destination.ts')
    const {directory} = destinationOf(home.stateDirectory, project)
    mkdirSync(join(directory, 'project.json'), {recursive: true})
    const outcome = await runUsage(home, ['start', '--project-file', path], {environment: {USAGE_DEBUG: '1'}})
    assert.deepEqual([outcome.code, outcome.stdout], [0, ''])
    assert.match(outcome.stderr, /USAGE_NOT_RECORDED/)
  })

  itOnce('takes the project from the file before the id, and the flag before the variable of each', async t => {
    const home = isolatedHome(t)
    const first = projectOnDisk(home.home, nowhere, {project: 'first'})
    const second = projectOnDisk(home.home, nowhere, {project: 'second'})
    await runUsage(home, ['project', 'add', second.path])
    const environment = {USAGE_PROJECT_FILE: first.path, USAGE_PROJECT: 'second'}
    await runUsage(home, ['start', '--project', 'second'], {environment})
    const status = JSON.parse((await runUsage(home, ['status', '--json'])).stdout)
    const recorded = status.projects.filter((one: {waiting: {events: number}}) => one.waiting.events > 0)
    assert.deepEqual(
      recorded.map((one: {project: string}) => one.project),
      ['first'],
    )
  })

  itOnce('never looks for a project file in the working directory', async t => {
    const home = isolatedHome(t)
    projectOnDisk(home.home, nowhere)
    const outcome = await runUsage(home, ['start', '--strict'], {cwd: home.home})
    assert.match(outcome.stderr, /USAGE_NO_PROJECT/)
    assert.deepEqual(waitingEvents(home.stateDirectory), [])
  })
})
