import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs'
import {constants} from 'node:os'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {noticePath} from '../../src/reporter/consent/notice.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {countDrops} from '../../src/reporter/destination/drops.ts'
import {answer, answeringServer, type Respond} from '../support/answering-server.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {needs, type Tool} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'
import {shClientOnDisk} from '../support/sh-client.ts'
import {waitingEvents} from '../support/waiting-events.ts'

const nowhere = 'http://127.0.0.1:9'
const aRun = 'usage_start 1.4.0\nusage_feature Load.v1 Algorithm\nusage_end 3'

/** The traps of the page, as they stand there. */
const page = readFileSync(repositoryPath('docs', 'embed.md'), 'utf8')
const [, traps = ''] = /\n(trap 'usage_end[\s\S]*?done\n)/.exec(page) ?? []

const shells: readonly (readonly [Tool, ...string[]])[] = [
  ['bash'],
  ['dash'],
  ['busybox', 'sh'],
  ['zsh', '-f'],
  ['ksh93'],
  ['mksh'],
]

function makeScene(t: TestContext, shell: readonly [string, ...string[]], http = nowhere) {
  const bare = isolatedHome(t)
  const {project} = projectOnDisk(bare.home, http)
  const client = shClientOnDisk(bare.home, project)
  const destination = destinationOf(bare.stateDirectory, project)
  // The notice was shown just now: nothing is sent yet.
  mkdirSync(destination.directory, {recursive: true})
  writeFileSync(noticePath(destination), JSON.stringify({shownAt: new Date().toISOString(), caller: null}))
  const said = {PATH: '/usr/bin:/bin'}
  const home: IsolatedHome = {...bare, environment: {...bare.environment, ...said}}
  const run = (body: string, before = '', more = {}) => {
    const file = join(home.home, 'job.sh')
    writeFileSync(file, `${before}\n. '${client}'\n${body}\n`)
    return runProgram(home, [...shell, file], {environment: more})
  }
  const environment = {USAGE_CONSENT: `demo@${collectionVersion(project)}`}
  const send = () => runProgram(home, [...shell, client, 'send'], {environment})
  const events = () => waitingEvents(home.stateDirectory)
  return {home, client, run, send, events, paths: destination.paths}
}

/** Names of homes in octal: of text in UTF-8, and of bytes that are none. */
const homesInText = ['\\303\\251', '\\346\\227\\245 x', '\\360\\237\\230\\200']
const homesInBytes = [
  '\\377',
  'a\\351b',
  '\\303',
  '\\300\\257',
  '\\340\\237\\277',
  '\\355\\240\\200',
  '\\364\\220\\200\\200',
  '\\357\\277\\275',
]

for (const shell of shells)
  describe(`the client of shells in ${shell.join(' ')}`, {concurrency: 2}, () => {
    const [tool] = shell
    it('records in no home whose name is no UTF-8, because other programs see another name', needs(tool), async t => {
      const {home, client} = makeScene(t, shell)
      const names = [...homesInText, ...homesInBytes].map(name => `'${name}'`).join(' ')
      const script = `unset XDG_STATE_HOME XDG_CONFIG_HOME
for name in ${names}; do
  HOME=$(printf "$TMPDIR/h-$name"); export HOME; mkdir "$HOME"
  ${shell.join(' ')} -c ". '${client}'; usage_start; usage_end 0"
  echo "$(${shell.join(' ')} '${client}' consent) $(ls -A "$HOME" | wc -l)"
done`
      const {stdout} = await runProgram(home, ['sh', '-c', script])
      assert.deepEqual(stdout.trim().split('\n'), [
        ...homesInText.map(() => 'allowed 1'),
        ...homesInBytes.map(() => 'settings-unreadable HOME 0'),
      ])
    })

    it(
      'records a run, exports nothing of its own under set -a, and heeds no variable of other shells',
      needs(tool),
      async t => {
        const spoofs = [{}, {ZSH_VERSION: '5.9', KSH_VERSION: '93'}]
        for (const environment of tool === 'zsh' ? [{}] : spoofs) {
          const {run, events} = makeScene(t, shell)
          const outcome = await run(
            `${aRun}\nenv | grep '^_u_'\ncase $- in *a*) echo on ;; esac\nexit 3`,
            'set -a',
            environment,
          )
          assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [3, 'on\n', ''])
          assert.deepEqual(
            events()
              .map(({type}) => type)
              .sort(),
            ['end', 'feature', 'start'],
          )
        }
      },
    )

    it('records how a script ends by the traps of docs/embed.md', needs(tool), async t => {
      for (const [last, code, end] of [
        ['exit 3', 3, 3],
        ['kill -TERM $$; sleep 30', 143, 'SIGTERM'],
        ['sh -c "kill -INT $$"; sleep 30', 130, 'SIGINT'],
      ] as const) {
        const {run, events} = makeScene(t, shell)
        const outcome = await run(`usage_start\n${traps}\n${last}`)
        // mksh exits with the code that stands for its signal.
        const died = outcome.signal === null ? outcome.code : 128 + constants.signals[outcome.signal]
        assert.equal(died, code, outcome.stderr)
        const ends = events().flatMap(event => (event.type === 'end' ? [event.signal ?? event.exitCode] : []))
        assert.deepEqual(ends, [end])
      }
    })

    it('lets the script live where no file may be written', needs(tool), async t => {
      for (const blocks of [0, 1]) {
        const {run} = makeScene(t, shell)
        for (const [before, body] of [
          [`ulimit -f ${blocks}`, aRun],
          ['', aRun.replace('\n', `\nulimit -f ${blocks}\n`)],
        ] as const) {
          const outcome = await run(`${body}\necho on\nexit 3`, before)
          assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [3, 'on\n', ''])
        }
      }
    })

    it('lets the script live beside functions with names of builtins', needs(tool), async t => {
      for (const name of ['read', 'printf', 'command', 'umask'])
        for (const isLater of [false, true]) {
          const {run, events} = makeScene(t, shell)
          const own = `${name}() { echo mine; exit 9; }`
          const outcome = await run(`${isLater ? own : ''}\n${aRun}\necho on`, isLater ? '' : own)
          assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr, events()], [0, 'on\n', '', []], name)
        }
    })
  })

describe('the client of shells', {concurrency: 2}, () => {
  it('prints nothing by a DEBUG trap that functions inherit', needs('bash'), async t => {
    const {run, events} = makeScene(t, ['bash'])
    const outcome = await run(aRun, `set -T\ntrap 'echo "[$BASH_COMMAND]"' DEBUG`)
    const seen = new Set(outcome.stdout.split('\n'))
    assert.deepEqual([...seen].slice(1), [
      '[usage_start 1.4.0]',
      '[usage_feature Load.v1 Algorithm]',
      '[usage_end 3]',
      '',
    ])
    assert.deepEqual([outcome.stderr, events().length], ['', 3])
  })

  it('counts a code or a signal that is none, and keeps the end', needs('dash'), async t => {
    for (const [values, code, signal] of [
      ['NaN', null, null],
      ['-1', null, null],
      [`'' 'SIG x'`, null, null],
      [`'' TERM`, null, 'SIGTERM'],
      [`143 SIGTERM`, 143, 'SIGTERM'],
    ] as const) {
      const {run, events, paths} = makeScene(t, ['dash'])
      await run(`usage_start\nusage_end ${values}`)
      const ends = events().flatMap(event => (event.type === 'end' ? [[event.exitCode, event.signal]] : []))
      assert.deepEqual(ends, [[code, signal]], values)
      assert.equal(countDrops(paths.drops)['undeclared-field'], code === null && signal === null ? 1 : 0, values)
    }
  })

  it('is not held up by settings of many megabytes, and takes them for an opt-out', needs('dash'), async t => {
    const {run, events, home} = makeScene(t, ['dash'])
    mkdirSync(home.configDirectory, {recursive: true})
    writeFileSync(join(home.configDirectory, 'settings.json'), `{"a":"${'x'.repeat(30_000_000)}"}`)
    const began = Date.now()
    const outcome = await run(aRun)
    assert.deepEqual([outcome.code, events()], [0, []])
    assert.ok(Date.now() - began < 5000)
  })

  it('keeps its events after an answer that is no word of a collector', needs('curl'), async t => {
    const html: Respond = (_request, response) => answer(response, 407, '<html>Proxy</html>')
    const json: Respond = (_request, response) => answer(response, 400, {error: 'login'})
    const large: Respond = (_request, response) => answer(response, 413, '<html>413</html>')
    for (const respond of [html, json, large]) {
      const server = await answeringServer(t, respond)
      const {run, send, events, paths} = makeScene(t, ['sh'], server.url)
      await run(aRun)
      await send()
      assert.ok(server.requests.length > 0)
      assert.equal(events().length, 3)
      assert.ok(!existsSync(paths.refused))
    }
  })

  it('sets aside what a collector refuses', needs('curl'), async t => {
    const refuse: Respond = (_request, response) =>
      answer(response, 400, {error: {code: 'USAGE_BAD_REPORT', message: 'no'}})
    const server = await answeringServer(t, refuse)
    const {run, send, events, paths} = makeScene(t, ['sh'], server.url)
    await run(aRun)
    await send()
    assert.deepEqual([events().length, readdirSync(paths.refused).length], [0, 3])
  })

  it('counts an event that was cut, and sends the others', needs('curl'), async t => {
    const server = await answeringServer(t)
    const {run, send, events, paths} = makeScene(t, ['sh'], server.url)
    await run(aRun)
    const [name = ''] = readdirSync(paths.waiting)
    const path = join(paths.waiting, name)
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 90))
    const past = new Date(Date.now() - 120_000)
    utimesSync(path, past, past)
    await send()
    assert.deepEqual([events().length, countDrops(paths.drops).damaged], [0, 1])
    assert.equal(JSON.parse(server.requests[0]?.body ?? '{}').events.length, 2)
  })

  it('sums up drops and refused events, and loses none of the numbers', needs('curl'), async t => {
    const {send, run, paths} = makeScene(t, ['sh'])
    await run('usage_start')
    for (const folder of [paths.drops, paths.refused, paths.sent]) mkdirSync(folder, {recursive: true})
    const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
    for (let index = 0; index < 460; index++) {
      const reason = index % 3 === 0 ? 'quota' : 'undeclared-feature'
      writeFileSync(join(paths.drops, `${id(index)}.${reason}.json`), `{"reason":"${reason}","count":1,"time":null}\n`)
    }
    for (let index = 0; index < 205; index++)
      writeFileSync(
        join(paths.refused, `${id(index)}.json`),
        '{"refusedAt":"2026-01-01T00:00:00Z","code":"http-400"}\n',
      )
    for (let index = 0; index < 1003; index++) writeFileSync(join(paths.sent, `${id(index)}.json`), '{}')
    for (const _round of [1, 2]) await send()
    const drops = countDrops(paths.drops)
    assert.deepEqual([drops.quota, drops['undeclared-feature']], [154, 306])
    assert.ok(readdirSync(paths.drops).length <= 400)
    const refused = readdirSync(paths.refused)
    assert.equal(JSON.parse(readFileSync(join(paths.refused, '0-sh-sum.json'), 'utf8')).events, 100)
    assert.equal(refused.length, 106)
    assert.deepEqual(
      [readdirSync(paths.sent).includes(`${id(0)}.json`), readdirSync(paths.sent).length <= 1001],
      [false, true],
    )
  })
})
