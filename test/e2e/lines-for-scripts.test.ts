import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {linesForScripts} from '../support/lines-for-scripts.ts'
import {needs, type Tool} from '../support/needs.ts'
import {repositoryPath} from '../support/repository.ts'
import {type Outcome, runProgram} from '../support/run-program.ts'
import {ofShare} from '../support/share.ts'
import {waitingEvents} from '../support/waiting-events.ts'

const projectFile = repositoryPath('examples', 'usage.project.json')
const lines = linesForScripts.replace('/opt/heatflow/usage.project.json', projectFile)

/** The shells that the page names. */
const shells: readonly (readonly [Tool, ...string[]])[] = [
  ['bash'],
  ['dash'],
  ['zsh', '-f'],
  ['busybox', 'sh'],
  ['ksh93'],
  ['mksh'],
]

/** What kills a script, as it is called from outside when the script is ready. */
const kills: readonly (readonly [NodeJS.Signals, (pid: number) => unknown])[] = [
  ['SIGTERM', pid => process.kill(-pid, 'SIGTERM')],
  ['SIGHUP', pid => process.kill(-pid, 'SIGHUP')],
  ['SIGINT', pid => process.kill(-pid, 'SIGINT')],
  ['SIGUSR1', pid => process.kill(-pid, 'SIGUSR1')],
]

function makeScene(t: TestContext, shell: (typeof shells)[number]) {
  const home = isolatedHome(t)
  const file = join(home.home, 'job.sh')
  const runFile = (text: string, options = {}, around: readonly string[] = []): Promise<Outcome> => {
    writeFileSync(file, text)
    const [command = '', ...args] = [...around, ...shell, file]
    return runProgram(home, [command, ...args], options)
  }
  const ends = () => waitingEvents(home.stateDirectory).flatMap(event => (event.type === 'end' ? [event] : []))
  const types = () => waitingEvents(home.stateDirectory).map(event => event.type)
  return {home, file, runFile, ends, types}
}

/** How a script ended, for those who wait for it. */
const endOf = ({code, signal}: Outcome) => signal ?? code

for (const shell of ofShare(shells, 5)) {
  const [tool] = shell
  const strict = tool === 'dash' ? 'set -eu' : 'set -euo pipefail'

  describe(`the lines for a script in ${shell.join(' ')}`, {concurrency: 2}, () => {
    it('record a run, its feature and its exit code, under strict options', needs(tool), async t => {
      for (const [body, code] of [
        ['echo on', 0],
        ['exit 3', 3],
        ['false', 1],
        ['sh -c "exit 7"', 7],
      ] as const) {
        const {runFile, ends, types} = makeScene(t, shell)
        const outcome = await runFile(`${strict}\n${lines}\n${body}\n`)
        assert.equal(endOf(outcome), code, outcome.stderr)
        assert.deepEqual([types().sort(), ends()[0]?.exitCode], [['end', 'feature', 'start'], code])
      }
    })

    it('record the signal that kills the script, which dies as without them', needs(tool), async t => {
      const body = `sh -c 'echo ready; exec sleep 30'\necho never\n`
      for (const [signal, kill] of kills) {
        const {runFile, ends} = makeScene(t, shell)
        const killed = {isGroupLeader: true, onOutput: (_text: string, pid: number) => void kill(pid)}
        const bare = await runFile(body, killed)
        const outcome = await runFile(`${lines}\n${body}`, killed)
        assert.deepEqual([endOf(outcome), outcome.stdout], [endOf(bare), 'ready\n'], outcome.stderr)
        assert.deepEqual(
          ends().map(end => [end.exitCode, end.signal]),
          [[null, signal]],
        )
      }
    })

    it('record a signal to the shell alone', needs(tool), async t => {
      const {runFile, ends} = makeScene(t, shell)
      const body = 'kill -TERM $$\nsleep 1\necho never\n'
      const [bare, outcome] = [await runFile(body), await runFile(`${lines}\n${body}`)]
      assert.deepEqual([endOf(outcome), outcome.stdout, ends()[0]?.signal], [endOf(bare), '', 'SIGTERM'])
    })

    it('record Ctrl-C in a terminal', needs(tool, 'script'), async t => {
      const {runFile, ends, file, home} = makeScene(t, shell)
      const inTerminal = `mkfifo keys; exec 3<>keys; script -qec 'exec ${shell.join(' ')} ${file}' /dev/null <keys`
      // What presses the key then waits for it: a shell that is about to start a program would not interrupt it.
      const press = `sh -c 'printf "\\003" >"$0"; exec sleep 30' '${home.home}/keys'`
      const outcome = await runFile(`${lines}\n${press}\necho never\n`, {}, ['sh', '-c', inTerminal])
      assert.deepEqual([outcome.code, outcome.stdout.includes('never')], [130, false], outcome.stdout)
      assert.deepEqual(
        ends().map(end => [end.exitCode, end.signal]),
        [[null, 'SIGINT']],
      )
    })

    it('record a run that timeout ends', needs(tool), async t => {
      const {runFile, ends} = makeScene(t, shell)
      // The time is up when the script says so: SIGALRM is what tells timeout.
      const body = `sh -c 'kill -ALRM "$0"; exec sleep 30' $PPID`
      const outcome = await runFile(`${lines}\n${body}\n`, {}, ['timeout', '60'])
      assert.deepEqual([outcome.code, ends()[0]?.signal], [124, 'SIGTERM'])
    })

    it('are silent where nothing is installed, even if the script has a function usage', needs(tool), async t => {
      const {runFile, types} = makeScene(t, shell)
      const outcome = await runFile(`${strict}\nusage() { echo 'usage: job'; }\n${lines}\necho on\nexit 3\n`, {
        environment: {PATH: '/usr/bin:/bin'},
      })
      assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr, types()], [3, 'on\n', '', []])
    })
  })
}
