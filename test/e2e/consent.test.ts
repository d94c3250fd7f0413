import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project-file.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import type {Shell as ShellName} from '../../src/shell/write-library.ts'
import {acceptAll, answeringServer, reportOf} from '../support/answering-server.ts'
import {
  type ConsentPlace,
  otherNoes,
  pairsOf,
  rules,
  type Situation,
  silences,
  siteDirectory,
} from '../support/consent-situations.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {putStarts} from '../support/make-event.ts'
import {needs, type Tool} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {clientOnDisk} from '../support/python-client.ts'
import {runProgram, runShell, runUsage} from '../support/run-program.ts'
import {makeScene} from '../support/scene.ts'
import {sendersOf} from '../support/senders-of.ts'
import {clientShells, shClientOnDisk} from '../support/sh-client.ts'
import {libraryOnDisk, testedShells} from '../support/shell-library.ts'
import {silentServer} from '../support/silent-server.ts'
import {traced} from '../support/traced.ts'
import {readTree} from '../support/tree.ts'
import {waitingEvents} from '../support/waiting-events.ts'

/** Ways in which a script reports a start, a feature and an end. Each is held to every rule: a new one is a new entry. */
const surfaces: readonly {
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

/** What only the command can read: in doubt the functions leave the event to it. */
const isDoubtful = ({what}: Situation): boolean => /settings that|damaged settings|a yes that|site policy/.test(what)

/** Two rules at once, spread over the table: all pairs are asked of the library. */
const somePairs = pairsOf(rules).filter((_pair, index) => index % 14 === 3)

function arrange(t: TestContext, situation: Situation, http: string, shell: ShellName = 'sh') {
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
  return {home: {...bare, environment}, etc, library, decidedBy: situation.decidedBy({...place, siteDirectory})}
}

describe('after a no', {concurrency: 2}, () => {
  for (const {name, shell, script, programs, library: kind, tools} of surfaces)
    for (const situation of [...rules, ...somePairs])
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
          // Where the shell has found the file of its client.
          const known = [shell[0], 'usage', 'usage-reporter', 'node', 'python3', 'readlink']
          assert.deepEqual(
            trace.programs.map(program => basename(program)).filter(one => !known.includes(one)),
            [],
          )
        },
      )

  it('is what the kernel would have seen otherwise', needs('strace', 'unshare'), async t => {
    const {home, etc} = arrange(t, silences[0]!, 'http://127.0.0.1:9')
    const trace = await traced(t, home, etc, ['sh', 'usage start; usage end --wait 2'])
    assert.ok(trace.writes.length > 4, trace.writes.join('\n'))
    assert.ok(trace.network.length > 0)
  })

  it('empties what waited when a person opts out, and sends none of it after the next yes', async t => {
    const server = await silentServer(t)
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, server.url)
    await runUsage(home, ['start', '--project-file', path])
    assert.equal(waitingEvents(home.stateDirectory).length, 1)
    const optedOut = await runUsage(home, ['optout', '--json'])
    assert.equal(JSON.parse(optedOut.stdout).dropped, 1)
    await runUsage(home, ['optin'])
    const flushed = JSON.parse((await runUsage(home, ['flush', '--json'])).stdout)
    assert.deepEqual([flushed.sent, flushed.kept], [0, 0])
    assert.equal(server.connections(), 0)
  })

  it('stops a sender in the middle of its work: what it has not sent does not leave', async t => {
    let isAsked = false
    let answerIt = () => {}
    const server = await answeringServer(t, (request, response) => {
      isAsked = true
      answerIt = () => acceptAll(request, response)
    })
    const {home, world, destination} = makeScene(t, server.url)
    putStarts(world, destination, 600)
    await runUsage(home, ['flush', '--background'])
    await eventually(() => assert.ok(isAsked))
    const [all, own] = await Promise.all([
      runUsage(home, ['optout', '--json']),
      runUsage(home, ['optout', '--project', 'demo', '--json']),
    ])
    assert.deepEqual([all.code, own.code], [0, 0])
    answerIt()
    await eventually(() => assert.deepEqual(sendersOf(destination), []))
    assert.equal(server.requests.length, 1)
    assert.deepEqual(waitingEvents(home.stateDirectory), [])
    assert.deepEqual(Object.keys(readTree(home.configDirectory)), ['optout', 'optout.d', join('optout.d', 'demo')])
    const status = JSON.parse((await runUsage(home, ['status', '--json'])).stdout).projects[0]
    assert.equal(status.sent.events + status.dropped['opted-out'], 600)
  })
})

describe('the shell functions', {concurrency: 2}, () => {
  for (const {name, command, library: kind} of testedShells)
    it(
      `of ${name} record where nothing says no, and nothing where anything does, in whatever way it is said`,
      needs('unshare', command[0]),
      async t => {
        for (const situation of [...otherNoes, ...silences]) {
          if (isDoubtful(situation) && kind !== 'bash') continue
          const {home, etc, library} = arrange(t, situation, 'http://127.0.0.1:9', kind)
          mkdirSync(etc, {recursive: true})
          const script = `. '${library}'; usage_start; usage_feature Load.v1 Algorithm; usage_end 0`
          const inPlace = ['unshare', '-Urm', 'sh', '-c', 'mount --bind "$0" /etc && exec "$@"', etc] as const
          const outcome = await runProgram(home, [...inPlace, ...command, '-c', script], {
            environment: isDoubtful(situation) ? {} : {PATH: '/usr/bin:/bin'},
          })
          const notice = 'GITLAB_CI' in home.environment ? /^Demo counts/ : /^$/
          assert.deepEqual([outcome.code, outcome.stdout], [0, ''], situation.what)
          assert.match(outcome.stderr, notice, situation.what)
          const count = situation.reason === 'allowed' ? 3 : 0
          // A sender that the command has started may be moving them.
          await eventually(() => assert.equal(waitingEvents(home.stateDirectory).length, count, situation.what))
        }
      },
    )
})

describe('the notice', () => {
  it('comes once on standard error, and holds everything back until the person could say no', async t => {
    const server = await silentServer(t)
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, server.url)
    const first = await runUsage(home, ['start', '--project-file', path])
    const second = await runUsage(home, ['end', '--project-file', path])
    assert.match(first.stderr, /Demo counts how it is used: How many people use Demo/)
    assert.match(first.stderr, /usage optout --project demo/)
    assert.deepEqual([first.stdout, second.stdout, second.stderr], ['', '', ''])
    const flushed = JSON.parse((await runUsage(home, ['flush', '--json'])).stdout)
    assert.deepEqual([flushed.kept, flushed.projects[0].reason], [2, 'notice-pending'])
    assert.equal(server.connections(), 0)
  })

  it('is shown by one of four starts at the same time, and by none after it', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    const start = () => runUsage(home, ['start', '--project-file', path])
    const together = await Promise.all([start(), start(), start(), start()])
    const shown = [...together, await start()].map(({stderr}) => stderr).join('')
    assert.equal(shown.match(/Demo counts how it is used/g)?.length, 1)
    assert.equal(waitingEvents(home.stateDirectory).length, 5)
  })

  it('opens sending with the first start of another caller a minute later', async t => {
    const server = await answeringServer(t)
    const bare = isolatedHome(t)
    const {path, project} = projectOnDisk(bare.home, server.url)
    const home = {...bare, environment: {...bare.environment, USAGE_PROJECT_FILE: path, USAGE_SENDER: '1'}}
    const {directory} = destinationOf(home.stateDirectory, project)
    const passAMinute = () => {
      const marker = join(directory, `notice-${collectionVersion(project)}`)
      const {shownAt, ...rest} = JSON.parse(readFileSync(marker, 'utf8'))
      writeFileSync(marker, JSON.stringify({...rest, shownAt: new Date(Date.parse(shownAt) - 60_000).toISOString()}))
    }
    const sending = async () =>
      JSON.parse((await runUsage(home, ['status', '--json'])).stdout).projects[0].consent.sending
    await runShell(home, 'sh', 'usage start; usage end; usage start; :')
    assert.equal(await sending(), false, 'at once')
    passAMinute()
    await runShell(home, 'sh', 'usage end; usage feature Load.v1 --type Algorithm; usage flush; :')
    assert.deepEqual([await sending(), server.requests.length], [false, 0], 'by no start')
    await runShell(home, 'sh', 'usage start; usage flush; :')
    assert.deepEqual([await sending(), server.requests.length], [true, 1])
  })

  it('is printed each time in CI, where everything leaves at once under the id of the vendor alone', async t => {
    const server = await answeringServer(t)
    const bare = isolatedHome(t, {GITLAB_CI: 'true', CI: 'true', USAGE_SENDER: '1'})
    const {path} = projectOnDisk(bare.home, server.url)
    const home = {...bare, environment: {...bare.environment, USAGE_PROJECT_FILE: path}}
    const {stderr} = await runShell(home, 'sh', 'usage start --script "$0"; usage end; usage flush')
    assert.equal(stderr.match(/Demo counts how it is used/g)?.length, 2)
    const [report] = server.requests.map(reportOf)
    const {user, host, ci} = report?.header ?? {}
    assert.deepEqual({user, host, ci}, {user: null, host: null, ci: 'gitlab'})
    assert.deepEqual(
      report?.events.map(event => ('script' in event ? event.script : null)),
      [null, null],
    )
  })

  it('is not given by writing it to /dev/null', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    await runShell(home, 'sh', `command usage start --project-file ${path} 2>/dev/null`)
    const status = JSON.parse((await runUsage(home, ['status', '--json'])).stdout)
    assert.equal(status.projects[0].notice.shownAt, null)
    const seen = await runUsage(home, ['start', '--project-file', path])
    assert.match(seen.stderr, /Demo counts how it is used/)
  })
})
