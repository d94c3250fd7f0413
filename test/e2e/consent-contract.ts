import assert from 'node:assert/strict'
import {mkdirSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import type {Shell as ShellName} from '../../src/shell/write-library.ts'
import {
  allowedSituations,
  type ConsentPlace,
  lostFolders,
  otherOptOuts,
  pairsOf,
  rules,
  type Situation,
  siteDirectory,
} from '../support/consent-situations.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs, type Tool} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {clientOnDisk} from '../support/python-client.ts'
import {runProgram} from '../support/run-program.ts'
import {clientShells, shClientOnDisk} from '../support/sh-client.ts'
import {pick, type Share, share} from '../support/share.ts'
import {libraryOnDisk, testedShells} from '../support/shell-library.ts'
import {silentServer} from '../support/silent-server.ts'
import {traced} from '../support/traced.ts'
import {readTree} from '../support/tree.ts'
import {waitingEvents} from '../support/waiting-events.ts'

/** Ways in which a script reports a start, a feature and an end. Each is held to every rule: a new one is a new entry. */
export const surfaces: readonly {
  readonly name: string
  readonly shell: readonly [string, ...string[]]
  readonly script: (library: string) => string
  /** How many programs it starts. Shell functions ask the command alone where there is something they cannot read. */
  readonly programs: readonly number[]
  readonly library: ShellName
  readonly tools: readonly Tool[]
}[] = [
  {
    name: 'the command line',
    shell: ['sh'],
    script: () => 'usage start --script "$0"; usage feature Load.v1 --type Algorithm; usage end --exit-code 0',
    programs: [3],
    library: 'sh',
    tools: [],
  },
  ...testedShells.map(({name, command, library}) => ({
    name: `the functions of ${name}`,
    shell: command,
    script: (path: string) => `. '${path}'; usage_start; usage_feature Load.v1 Algorithm; usage_end 0`,
    programs: [0],
    library,
    tools: [command[0]],
  })),
  {
    name: 'the client of Python',
    shell: ['sh'],
    script: path =>
      `PYTHONDONTWRITEBYTECODE=1 python3 -c 'import sys; sys.path.insert(0, "${dirname(path)}/python"); import usage_client as u; u.start(); u.feature("Load.v1", "Algorithm"); u.end(0)'`,
    programs: [0],
    library: 'sh',
    tools: ['python3'],
  },
  ...clientShells.map(({name, command}) => ({
    name: `the client of ${name}`,
    shell: command,
    script: (path: string) =>
      `. '${dirname(path)}/sh/usage.sh'; usage_start; usage_feature Load.v1 Algorithm; usage_end 0`,
    programs: [0],
    library: 'sh' as const,
    tools: [command[0]],
  })),
]

/** One way of each kind, or all the others. */
const ofEachKind = ['the command line', 'the functions of bash', 'the client of Python', 'the client of dash']
export const surfacesHere = surfaces.filter(({name}) => ofEachKind.includes(name) === (share === 'some'))

/** What only the command can read: in doubt the functions leave the event to it. */
const isDoubtful = (situation: Situation): boolean =>
  lostFolders.includes(situation) || /settings that|damaged settings|a yes that|site policy/.test(situation.what)

/** Two rules at once, spread over the table: all pairs are asked of the library. */
const somePairs = pairsOf(rules).filter((_pair, index) => index % 14 === 3)

/** A home in a situation, with every client of the project. */
export function arrange(t: TestContext, situation: Situation, http: string, shell: ShellName = 'sh') {
  const bare = isolatedHome(t)
  const {stateDirectory, configDirectory, home} = bare
  const etc = join(home, '..', 'etc')
  const place: ConsentPlace = {
    siteDirectory: join(etc, 'usage'),
    configDirectory,
    stateDirectory,
    variables: {},
    entries: {},
  }
  situation.arrange(place)
  const {path, project} = projectOnDisk(home, http, place.entries)
  // A yes of an image opens sending, so that nothing but the rule stands in its way; it would also be a yes to opt-in.
  const yes = situation.reason === 'not-opted-in' ? {} : {USAGE_CONSENT: `demo@${collectionVersion(project)}`}
  const environment = {...bare.environment, USAGE_PROJECT_FILE: path, ...yes, ...place.variables}
  const library = libraryOnDisk(home, shell, project)
  if (project.endpoint.http !== null) {
    clientOnDisk(home, project)
    shClientOnDisk(home, project)
  }
  return {
    home: {...bare, environment},
    project,
    etc,
    library,
    decidedBy: situation.decidedBy({...place, siteDirectory}),
  }
}

function situationsFor(isCommand: boolean, share: Share, offset: number): Situation[] {
  const all = [...rules, ...lostFolders, ...somePairs]
  return isCommand ? pick(all, share, 5) : pick(all, share, 16, offset)
}

/**
 * What is asked of every way to report in every situation that says no: with one share, the command in one of five and
 * any other way in one of sixteen.
 */
export function nothingAfterANo(share: Share): void {
  describe('after a no', {concurrency: 2}, () => {
    for (const [index, {name, shell, script, programs, library: kind, tools}] of surfaces.entries())
      for (const situation of situationsFor(index === 0, share, index))
        it(
          `by ${name} nothing is written, sent or started, and status names ${situation.what}`,
          needs('strace', 'unshare', ...tools),
          async t => {
            const server = await silentServer(t)
            const {home, etc, library, decidedBy} = arrange(t, situation, server.url, kind)
            const before = readTree(home.home)
            const trace = await traced(t, home, etc, [...shell, `${script(library)}\nusage status --json`])
            assert.deepEqual([trace.outcome.code, trace.outcome.stderr], [0, ''])
            const [{consent}] = JSON.parse(trace.outcome.stdout).projects
            assert.deepEqual([consent.allowed, consent.reason, consent.decidedBy], [false, situation.reason, decidedBy])
            assert.deepEqual([trace.network, trace.writes, server.connections()], [[], [], 0])
            assert.deepEqual(readTree(home.home), before)
            const started = trace.programs.filter(program => program === process.execPath).length - 1
            const allowed = isDoubtful(situation) ? [...programs, 3] : programs
            assert.ok(allowed.includes(started), `${started} programs were started`)
            // A shell's client finds its own file by readlink, and the size of the settings by find.
            const known = [shell[0], 'usage', 'usage-reporter', 'node', 'python3', 'readlink', 'find']
            assert.deepEqual(
              trace.programs.map(program => basename(program)).filter(one => !known.includes(one)),
              [],
            )
          },
        )
  })
}

/** What is asked of every way to report in a process of an MPI job that is not its rank 0. */
export function silentRanksRecordNothing(): void {
  describe('a rank that does not count', {concurrency: 2}, () => {
    for (const {name, shell, script, library: kind, tools} of surfacesHere)
      it(`records nothing by ${name}, and status names the variable`, needs('unshare', ...tools), async t => {
        const situation = {
          ...allowedSituations[0]!,
          arrange: ({variables}: ConsentPlace) => Object.assign(variables, openMpi),
        }
        const {home, library} = arrange(t, situation, 'http://127.0.0.1:9', kind)
        const before = readTree(home.home)
        const outcome = await runProgram(home, [
          ...shell,
          '-c',
          `${script(library)}\nusage status --json; usage status`,
        ])
        assert.deepEqual([outcome.code, outcome.stderr, readTree(home.home)], [0, '', before])
        const [json, text] = outcome.stdout.split(/(?<=^\})\n/m)
        const {consent, silent} = JSON.parse(json ?? '').projects[0]
        assert.deepEqual([consent.allowed, silent], [true, {reason: 'mpi-rank', decidedBy: 'OMPI_COMM_WORLD_RANK'}])
        assert.match(text ?? '', /^demo {2}silent\n {2}Decided by {2}mpi-rank \(OMPI_COMM_WORLD_RANK\): /)
      })
  })
}

const openMpi = {OMPI_COMM_WORLD_RANK: '3', OMPI_COMM_WORLD_SIZE: '8', SLURM_PROCID: '0', SLURM_STEP_ID: '0'}

/** What is asked of the functions of every shell in every situation that looks like a rule: each second by one shell with one share. */
export function functionsFollowEveryWord(share: Share): void {
  describe('the shell functions', {concurrency: 2}, () => {
    for (const [index, {name, command, library: kind}] of testedShells.entries())
      it(
        `of ${name} record where nothing says no, and nothing where anything does, in whatever way it is said`,
        needs('unshare', command[0]),
        async t => {
          for (const situation of pick(
            [...otherOptOuts, ...allowedSituations],
            share,
            2 * testedShells.length,
            index,
          )) {
            if (isDoubtful(situation) && kind !== 'bash') continue
            const {home, etc, library} = arrange(t, situation, 'http://127.0.0.1:9', kind)
            mkdirSync(etc, {recursive: true})
            const script = `. '${library}'; usage_start; usage_feature Load.v1 Algorithm; usage_end 0`
            const inPlace = ['unshare', '-Urm', 'sh', '-c', 'mount --bind "$0" /etc && exec "$@"', etc] as const
            const outcome = await runProgram(home, [...inPlace, ...command, '-c', script], {
              environment: isDoubtful(situation) ? {} : {PATH: '/usr/bin:/bin'},
            })
            assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, '', ''], situation.what)
            const count = situation.reason === 'allowed' ? 3 : 0
            // A sender that the command has started may be moving them.
            await eventually(() => assert.equal(waitingEvents(home.stateDirectory).length, count, situation.what))
          }
        },
      )
  })
}
