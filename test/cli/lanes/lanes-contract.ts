import assert from 'node:assert/strict'
import {after, describe, it, type TestContext} from 'node:test'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {readStatus} from '../../../src/reporter/person/status.ts'
import {createReporter} from '../../../src/reporter/reporter.ts'
import {realWorld} from '../../../src/reporter/world/world.ts'
import {cloneWithout} from '../../support/clone-without.ts'
import {isolatedHome} from '../../support/isolated-home.ts'
import {projectOnDisk} from '../../support/project-on-disk.ts'
import {repositoryPath} from '../../support/repository.ts'
import {runProgram} from '../../support/run-program.ts'
import {pick, type Share} from '../../support/share.ts'
import {waitingEvents} from '../../support/waiting-events.ts'

const run = '018f3c5e-0000-7000-8000-000000000001'

/** Argument lists that the fast lane takes. */
export const plain: readonly (readonly string[])[] = [
  ['start'],
  ['start', '--print-id'],
  ['start', '--script', 'job.sh', '--application', 'Demo App', '--app-version', '1.2.3'],
  ['start', '--script=/opt/job.sh', '--commit=a2c602f', '--component=gui'],
  ['start', '--field', 'executors=2'],
  ['start', '--field=executors=2', '--print-id'],
  ['start', '--field', 'executors=2', '--field', 'executors=3'],
  ['start', '--field', 'home=/root', '--field', 'executors=many'],
  ['start', '--application', ''],
  ['start', '--application=', '--script='],
  ['start', '--application', 'Größe “äöü” 漢字 🎈'],
  ['start', '--application', `it's "quoted" $HOME \`id\` \\`],
  ['start', '--application', 'a=b=c'],
  ['start', '--application', 'two\nlines'],
  ['start', '--app-version', 'v'.repeat(65)],
  ['start', '--script', '/a\u0007b'],
  ['start', '--field', '__proto__=1', '--field', 'constructor=1'],
  ['end'],
  ['end', '--exit-code', '0'],
  ['end', '--exit-code', '255'],
  ['end', '--exit-code=7', '--field=executors=2'],
  ['end', '--exit-code', '0x10'],
  ['end', '--exit-code', '1e2'],
  ['end', '--exit-code', ' 3 '],
  ['end', '--exit-code', '', '--signal', 'term'],
  ['end', '--exit-code', '1', '--signal', ''],
  ['end', '--signal', 'SIGKILL'],
  ['end', '--signal', '9'],
  ['end', '--signal=hup', '--run', run],
  ['end', '--run', run.toUpperCase()],
  ['end', '--run', ''],
  ['end', '--run='],
  ['feature', 'Load.v1'],
  ['feature', 'Load.v1', '--type', 'Algorithm', '--duration', '0.25', '--count', '12', '--internal'],
  ['feature', '--type', 'Interface', 'Save.v1'],
  ['feature', '--internal', 'Load.v1'],
  ['feature', 'Load.v1', '--started', '2026-01-02T03:04:05+02:00'],
  ['feature', 'Load.v1', '--started', '2026-01-02T03:04:05.678Z', '--duration', '3'],
  ['feature', 'Load.v1', '--detail', 'format=nexus'],
  ['feature', '--detail', 'format=nexus', 'Load.v1'],
  ['feature', '--detail', 'format=nexus', '--internal', 'Load.v1'],
  ['feature', 'Load.v1', '--detail', 'format=jpeg', '--detail', 'path=/root'],
  ['feature', 'Load.v1', '--run', run],
  ['feature', 'Load.v1', '--type', ''],
  ['feature', 'Load.v1', '--type', 'Unknown'],
  ['feature', 'Guess.v1'],
  ['feature', ''],
  ['feature', ' '],
  ['feature', 'Größe\n“🎈”'],
  ['feature', `it's "quoted"`],
  ['feature', 'a=b'],
  ['feature', 'Load.v1', '--duration', '', '--count', ''],
  ['run', '--', 'true'],
  ['run', '--app-version', '1.2.3', '--application=Demo', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3'],
  ['run', '--field', 'executors=2', '--', 'printf', '%s,', '--help', '--', '--json', ''],
  ['run', '--field', 'home=/root', '--', 'sh', '-c', 'kill -TERM $$'],
  ['run', '--script=', '--', 'sh', '-c', 'test -n "$USAGE_RUN_ID"'],
  ['run', '--', 'no-such-program'],
  ['run', '--', ''],
  ['start', 'something'],
  ['start', '--bogus'],
  ['start', '--bogus=1'],
  ['start', '--app', 'Demo'],
  ['start', '--print'],
  ['start', '--print-id=yes'],
  ['start', '--print-id', '--print-id'],
  ['start', '--no-print-id'],
  ['start', '--application'],
  ['start', '--application', '--commit', 'a2c602f'],
  ['start', '--application', '-x'],
  ['start', '--application', '-'],
  ['start', '--application', '--', 'x'],
  ['start', '--application', 'a', '--application', 'b'],
  ['start', '--'],
  ['start', '--', '--print-id'],
  ['start', '-p'],
  ['start', '--field', 'executors'],
  ['start', '--field', '=2'],
  ['start', '--field', ''],
  ['start', '--field', 'executors=2', 'executors=3'],
  ['start', '--project-file', '/nowhere.json'],
  ['start', '--project-file', '', '--project', 'nobody'],
  ['start', ''],
  ['start', '--__proto__', 'x'],
  ['start', '--constructor', 'x'],
  ['end', '--exit-code', 'two'],
  ['end', '--exit-code', '-1'],
  ['end', '--exit-code=-1'],
  ['end', '--exit-code', '1.5'],
  ['end', '--exit-code', '1', '--signal', 'TERM'],
  ['end', '--signal', 'a b'],
  ['end', '--run', '17'],
  ['feature'],
  ['feature', 'Load.v1', 'Rebin.v1'],
  ['feature', '--', 'Load.v1'],
  ['feature', '-Load.v1'],
  ['feature', '-'],
  ['feature', 'Load.v1', '--duration=-1'],
  ['feature', 'Load.v1', '--count', '0'],
  ['feature', 'Load.v1', '--count', '1.5'],
  ['feature', 'Load.v1', '--started', '2026-01-01T00:00:00'],
  ['feature', 'Load.v1', '--started', 'yesterday'],
  ['run'],
  ['run', 'true'],
  ['run', '--'],
  ['run', 'sh', '--', 'sh', '-c', 'exit 4'],
  ['run', '--bogus', '--', 'sh', '-c', 'exit 4'],
  ['run', '--print-id', '--', 'sh', '-c', 'exit 4'],
  ['run', '--app-version', '--', 'sh', '-c', 'exit 4'],
  ['run', '--commit', 'a', '--commit', 'b', '--', 'sh', '-c', 'exit 4'],
  ['run', '--field', 'executors', '--', 'sh', '-c', 'exit 4'],
  ['run', '--project-file', '/nowhere.json', '--', 'sh', '-c', 'exit 4'],
  ['start', '1.4.0'],
  ['start', 'v2-rc1', 'job.sh'],
  ['start', '--app-version', '1.4.0', '2.0'],
  ['end', '3'],
  ['end', '3', '4'],
  ['end', '3', '--signal', 'TERM'],
  ['end', '--exit-code'],
  ['end', '--exit-code', '--field', 'executors=2'],
  ['end', '--exit-code', 'NaN'],
  ['end', '--exit-code', 'Infinity'],
  ['end', '--exit-code', '4294967296'],
  ['end', '--signal', '0'],
  ['end', '--signal', '137'],
  ['end', '--signal', 'SEGV'],
  ['end', '--signal', 'sigterm'],
  ['feature', 'Load.v1', '--duration', 'NaN', '--count', 'x', '--started', 'nonsense', '--run', 'none'],
  ['feature', 'Load.v1', '--count', '1000000001'],
  ['run', '--app-version', '1', 'sh', '-c', 'exit 4'],
  ['run', 'sh', '-c', 'exit $#', 'sh', '--', '--help', '--json', '--strict'],
  ['run', '--bogus', 'sh', '-c', 'exit 4'],
  ['run', '--app-version', '--', 'sh', '-c', 'exit 4'],
]

/** Argument lists that the fast lane leaves to the framework. */
export const others: readonly (readonly string[])[] = [
  ['start', '--help'],
  ['start', '-h'],
  ['start', '--json'],
  ['start', '--strict'],
  ['end', '--wait', '0.1', '--exit-code', '0'],
  ['end', '--strict', '--exit-code', '0'],
  ['feature', 'Load.v1', '--strict', '--detail', 'format=jpeg'],
  ['run', '--help'],
  ['run', '--help', '--', 'true'],
  ['run', '--json', '--', 'sh', '-c', 'exit 4'],
  ['run', '--wait', '0.1', '--', 'sh', '-c', 'exit 4'],
  ['run', '--wait', 'long', '--', 'sh', '-c', 'exit 4'],
  ['run', '--strict', '--', 'sh', '-c', 'exit 4'],
  ['run', '--strict', '--field', 'home=/root', '--', 'sh', '-c', 'exit 4'],
]

/** What the environment says besides, with an argument list for it. */
const environments: readonly Case[] = [
  [{USAGE_STRICT: '1'}, ['end', '--exit-code', 'two']],
  [{USAGE_STRICT: '0'}, ['end', '--exit-code', 'two']],
  [{USAGE_DEBUG: '1'}, ['feature', 'Guess.v1']],
  [{USAGE_RUN_ID: run}, ['feature', 'Load.v1']],
  [{USAGE_RUN_ID: 'nonsense'}, ['feature', 'Load.v1']],
  [{USAGE_PROJECT_FILE: '', USAGE_PROJECT: ''}, ['start']],
  [{USAGE_PROJECT_FILE: '/nowhere.json'}, ['start']],
  [{DO_NOT_TRACK: '1'}, ['start', '--print-id']],
  [{DEMO_TRACKING: 'off'}, ['end', '--exit-code', '0']],
  [{GITLAB_CI: 'true', CI: 'true'}, ['start']],
  [{SLURM_JOB_ID: '7', SLURM_PROCID: '0'}, ['start']],
  [{SLURM_JOB_ID: '7', SLURM_STEP_ID: '0', SLURM_PROCID: '3'}, ['start', '--print-id']],
  [{SLURM_JOB_ID: '7', SLURM_STEP_ID: '0', SLURM_PROCID: '3'}, ['run', '--', 'sh', '-c', 'exit 4']],
  [{DO_NOT_TRACK: '1'}, ['run', '--', 'sh', '-c', 'exit 4']],
  [{USAGE_PROJECT_FILE: '', USAGE_PROJECT: ''}, ['run', '--', 'sh', '-c', 'exit 4']],
  [{USAGE_STRICT: '1'}, ['run', '--bogus', '--', 'sh', '-c', 'exit 4']],
  [{USAGE_DEBUG: '1'}, ['run', '--field', 'home=/root', '--', 'sh', '-c', 'exit 4']],
]

/** What one command line came to in a home of its own where a run of the caller is open, without what differs by chance. */
async function outcomeOf(
  t: TestContext,
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const home = isolatedHome(t)
  const {path, project} = projectOnDisk(home.home, 'http://127.0.0.1:9')
  const variables = {USAGE_PROJECT_FILE: path, USAGE_SENDER: '1', ...environment}
  const world = realWorld({environment: home.environment})
  const opened = createReporter({project, world: {environment: home.environment}}).start()
  const outcome = await runProgram(home, [process.execPath, program, ...args], {environment: variables})
  const {waiting: _, ...status} = readStatus(world, destinationOf(world.stateDirectory, project), {allEvents: false})
  const record = {outcome, events: waitingEvents(home.stateDirectory), status}
  const ids = new Map<string | null, string>([[opened.kind === 'recorded' ? opened.run : '', 'the open run']])
  const named = (id: string): string => {
    if (!ids.has(id)) ids.set(id, id === run ? id : `id ${ids.size}`)
    return ids.get(id) ?? ''
  }
  return JSON.stringify(record, null, 1)
    .replaceAll(home.environment['TMPDIR'] ?? '', 'TMPDIR')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, named)
    .replace(new RegExp(`${new Date().getFullYear()}-[-0-9]+T[0-9:.]+Z`, 'g'), time =>
      time < '2026-02' ? time : 'now',
    )
    .replace(/"durationSeconds": [\d.]+/g, found =>
      args[0] === 'end' || args[0] === 'run' ? '"durationSeconds": "short"' : found,
    )
}

const wordsOf = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): string =>
  [
    ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    ...args.map(arg => JSON.stringify(arg)),
  ].join(' ')

type Case = readonly [environment: Readonly<Record<string, string>>, args: readonly string[]]
const casesOf = (command: string): Case[] =>
  [...plain, ...others].filter(([name]) => name === command).map(args => [{}, args])
const groups: Readonly<Record<string, readonly Case[]>> = {
  'a start': casesOf('start'),
  'an end': casesOf('end'),
  'a feature': casesOf('feature'),
  'a run': casesOf('run'),
  'what the environment says': environments,
}

/** Compares the two lanes: one case of twelve with one share. */
export function bothLanesAgree(share: Share): void {
  const slow = cloneWithout({after: end => after(end as () => void)}, 'fast-lane.cjs')
  for (const [group, cases] of Object.entries(groups))
    describe(group, {concurrency: 2}, () => {
      for (const [environment, args] of pick(cases, share, 12))
        it(`comes to the same in both lanes: ${wordsOf(args, environment)}`, async t => {
          const fast = repositoryPath('bin', 'run.js')
          const expected = await outcomeOf(t, slow, args, environment)
          assert.equal(await outcomeOf(t, fast, args, environment), expected)
        })
    })
}
