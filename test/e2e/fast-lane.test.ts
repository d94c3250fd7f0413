import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {loadedModules} from '../support/loaded-modules.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {repositoryRoot} from '../support/repository.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {makeScene} from '../support/scene.ts'
import {systemCalls} from '../support/system-calls.ts'
import {waitingEvents} from '../support/waiting-events.ts'
import {fastLaneHolds} from './fast-lane-contract.ts'

const nowhere = 'http://127.0.0.1:9'
const commands: Readonly<Record<string, readonly string[]>> = {
  start: ['start', '--script', '/opt/job.sh', '--field', 'executors=2'],
  feature: ['feature', 'Load.v1', '--type', 'Algorithm', '--detail', 'format=nexus'],
  end: ['end', '--exit-code', '0'],
}
/** No sender is made: what is measured is the recording. A shell's own variable, so that none has to be found out. */
const quiet = {USAGE_SENDER: '1', SHELL: '/bin/sh'}

fastLaneHolds('some')

describe('a reporting command in the fast lane', {concurrency: 2}, () => {
  for (const [name, args] of Object.entries(commands)) {
    it(`loads of Node.js, for ${name}, what names the system and runs a script, and nothing else`, async t => {
      const scene = makeScene(t, nowhere)
      await scene.usage(['start'])
      assert.deepEqual(await loadedModules(scene.home, args, quiet), ['os', 'vm'])
    })

    it(
      `opens, for ${name}, these files and no others, and makes no process and no socket`,
      needs('strace'),
      async t => {
        const scene = makeScene(t, nowhere)
        await scene.usage(['start'])
        const trace = () => systemCalls(t, scene.home, args, {environment: {...quiet, USAGE_RUN_ID: ''}})
        // One write in 256 counts what waits: not both of two.
        const first = await trace()
        if (name === 'end') await scene.usage(['start'])
        const second = await trace()
        const {opened, processes, sockets, outcome} = second.opened.length < first.opened.length ? second : first
        assert.deepEqual(outcome, {code: 0, signal: null, stdout: '', stderr: ''})
        const {directory} = scene.destination
        const short = opened
          .filter(path => !/^\/proc\/\d+\/stat$/.test(path))
          .map(path =>
            path.replace(directory, 'STATE').replace(scene.home.home, 'HOME').replace(`${repositoryRoot}/`, ''),
          )
          .map(path => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'ID').replace(/\.\d+-[a-z0-9]+\.tmp$/, '.tmp'))
        const own = [
          'bin/run.js',
          `dist/fast-lane-${process.version}-${process.platform}-${process.arch}.code`,
          'dist/fast-lane.cjs',
          'HOME/demo.usage.project.json',
        ]
        const runs = {
          start: ['/proc/uptime', 'STATE/runs/.ID.json.tmp'],
          feature: ['STATE/runs', 'STATE/runs/ID.json'],
          end: ['STATE/runs', 'STATE/runs/ID.json', '/proc/uptime'],
        }
        const machine = [
          '/proc/sys/kernel/random/boot_id',
          '/etc/os-release',
          '/var/lib/dbus/machine-id',
          '/etc/machine-id',
        ]
        const event = ['STATE/project.json', 'STATE/buffer/new/.ID.json.tmp']
        const threshold = name === 'feature' ? ['STATE/buffer/new'] : []
        const expected = [...own, ...runs[name as keyof typeof runs], ...event, ...threshold]
        assert.deepEqual(
          short.filter(path => !machine.includes(path)),
          expected,
        )
        assert.deepEqual([processes, sockets], [0, 0])
      },
    )

    it(`opens, for ${name}, only what says no after a no, and writes nothing`, needs('strace'), async t => {
      const scene = makeScene(t, nowhere)
      const environment = {...quiet, DO_NOT_TRACK: '1'}
      const {calls, opened, processes, sockets} = await systemCalls(t, scene.home, args, {environment})
      const state = opened.filter(path => path.startsWith(scene.world.stateDirectory))
      assert.deepEqual(
        state.filter(path => !/\/(?:new|sending|dropping|runs)$/.test(path)),
        [],
      )
      assert.ok(!opened.some(path => path.endsWith('main.js')), 'the slow lane was taken')
      assert.deepEqual(
        calls.filter(call => !/ read\(/.test(call) && /O_CREAT|O_WRONLY|O_RDWR|mkdir|rename|unlink|link\(/.test(call)),
        [],
      )
      assert.deepEqual([processes, sockets], [0, 0])
    })
  }

  it('loads nothing to tell a log file or a pipe what only a terminal hears', needs('strace'), async t => {
    const {opened, outcome} = await systemCalls(t, makeScene(t, nowhere).home, ['end'], {environment: quiet})
    assert.equal(outcome.stderr, '')
    assert.deepEqual(
      opened.filter(path => /write-warnings|main\.js/.test(path)),
      [],
    )
  })

  it('tells a person at a terminal what was not as it should be, after it has recorded', needs('script'), async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, nowhere)
    const environment = {USAGE_PROJECT_FILE: path, USAGE_SENDER: '1'}
    const inTerminal = (line: string) => runProgram(home, ['script', '-qec', line, '/dev/null'], {environment})
    const unpaired = await inTerminal('usage end --exit-code 3')
    assert.match(unpaired.stdout, /USAGE_UNPAIRED/)
    assert.equal(unpaired.code, 0)
    assert.equal(waitingEvents(home.stateDirectory).length, 1)
    assert.match((await inTerminal('usage feature Guess.v1')).stdout, /USAGE_UNDECLARED_FEATURE/)
    assert.doesNotMatch((await inTerminal('usage feature Guess.v1 2>/dev/null')).stdout, /USAGE/)
    const unseen = await runUsage(home, ['feature', 'Guess.v1'], {environment})
    assert.equal(unseen.stderr, '')
  })
})
