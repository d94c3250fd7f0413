import assert from 'node:assert/strict'
import {chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {encodeBufferFile} from '../../src/protocol/report/buffered-event.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {makeFeature} from '../support/make-event.ts'
import {droppingPrivileges, needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runProgram, runShell} from '../support/run-program.ts'
import {runningCollector} from '../support/running-collector.ts'
import {balanceOf, makeScene, type Scene} from '../support/scene.ts'
import {readTree} from '../support/tree.ts'

const nowhere = 'http://127.0.0.1:9'

async function sceneWithCollector(t: TestContext) {
  const host = isolatedHome(t)
  const collector = await runningCollector(t, host, [projectOnDisk(host.home, nowhere).project])
  return {...makeScene(t, collector.http), collector}
}

/** Runs a script as the root of a private mount namespace; senders start only when it asks for them. */
const runApart = ({home}: Pick<Scene, 'home'>, script: string, environment: Record<string, string> = {}) =>
  runProgram(home, ['unshare', '-Urm', 'sh', '-c', script], {
    environment: {USAGE_SENDER: '1', OUT: home.environment['TMPDIR'] ?? '', STATE: home.stateDirectory, ...environment},
  })

const read = ({home}: Pick<Scene, 'home'>, name: string) =>
  JSON.parse(readFileSync(join(home.environment['TMPDIR'] ?? '', name), 'utf8'))

describe('a full disk', () => {
  it(
    'costs a script nothing but the events that do not fit; what was there before leaves when there is room',
    needs('unshare'),
    async t => {
      const scene = await sceneWithCollector(t)
      const outcome = await runApart(
        scene,
        `mkdir -p "$STATE"; mount -t tmpfs -o size=256k,mode=700 none "$STATE"
      usage start
      cat /dev/zero >"$STATE/filler" 2>/dev/null
      usage feature Load.v1 --type Algorithm; echo "feature $?"
      usage start; echo "start $?"
      usage flush --json >"$OUT/full.json"; echo "flush $?"
      usage status --json >"$OUT/full-status.json"
      rm "$STATE/filler"
      usage end --exit-code 0; echo "end $?"
      usage flush --json >"$OUT/after.json"; echo "flush $?"
      usage status --json >"$OUT/after-status.json"
      find "$STATE" -name '*.tmp'`,
      )
      assert.equal(outcome.stdout, 'feature 0\nstart 0\nflush 3\nend 0\nflush 0\n')
      assert.equal(outcome.stderr, '')
      const full = read(scene, 'full.json')
      assert.deepEqual([full.sent, full.kept, full.projects[0].reason], [0, 1, 'sender-failed'])
      assert.equal(read(scene, 'full-status.json').projects[0].waiting.events, 1)
      assert.deepEqual([read(scene, 'after.json').sent, read(scene, 'after.json').kept], [2, 0])
      assert.equal(read(scene, 'after-status.json').projects[0].openRuns, 0)
      const {runs, outcomes, quality} = await scene.collector.stats('demo')
      assert.deepEqual([runs!.total, outcomes!.ok, quality.duplicates, quality.unpaired], [1, 1, 0, 0])
    },
  )
})

describe('a home', {concurrency: 2}, () => {
  it(
    'that is read-only is left alone: nothing is recorded, sent or said, and status tells why',
    needs('unshare'),
    async t => {
      const scene = await sceneWithCollector(t)
      await scene.usage(['start'])
      const before = readTree(scene.home.home)
      const outcome = await runApart(
        scene,
        `mount --bind "$HOME" "$HOME"; mount -o remount,bind,ro "$HOME"
      usage start; usage feature Load.v1 --type Algorithm; usage end; echo "$?"
      usage status --json >"$OUT/status.json"; usage flush --json >"$OUT/flush.json"`,
      )
      assert.deepEqual([outcome.stdout, outcome.stderr], ['0\n', ''])
      assert.deepEqual(readTree(scene.home.home), before)
      const [status] = read(scene, 'status.json').projects
      assert.deepEqual([status.consent.reason, status.waiting.events], ['state-not-writable', 1])
      assert.deepEqual([read(scene, 'flush.json').sent, read(scene, 'flush.json').kept], [0, 1])
      assert.equal((await scene.flush()).sent, 1)
    },
  )

  it('that HOME does not name is that of the account', needs('unshare'), async t => {
    const scene = makeScene(t, nowhere)
    const account = join(scene.home.environment['TMPDIR'] ?? '', 'account')
    mkdirSync(account)
    const outcome = await runApart(
      scene,
      `echo "root:x:0:0::$ACCOUNT:/bin/sh" >"$OUT/passwd"; mount --bind "$OUT/passwd" /etc/passwd
      unset HOME XDG_STATE_HOME XDG_CONFIG_HOME; usage start; echo "$?"`,
      {ACCOUNT: account},
    )
    assert.deepEqual([outcome.stdout, outcome.stderr], ['0\n', ''])
    const [folder] = readdirSync(join(account, '.local', 'state', 'usage'))
    assert.match(folder ?? '', /^demo-/)
  })

  it('is the place of the state when the XDG paths are relative, and the working directory stays clean', async t => {
    const {home} = makeScene(t, nowhere)
    const folder = join(home.environment['TMPDIR'] ?? '', 'work')
    mkdirSync(folder)
    const environment = {XDG_STATE_HOME: 'state', XDG_CONFIG_HOME: './config'}
    const outcome = await runShell(home, 'sh', 'usage start; usage end; usage optout', {cwd: folder, environment})
    assert.equal(outcome.code, 0, outcome.stderr)
    assert.deepEqual(readTree(folder), {})
    assert.ok('.config/usage/optout' in readTree(home.home))
    assert.ok(readdirSync(join(home.home, '.local', 'state', 'usage')).length > 0)
  })
})

/** A user that is neither root nor anybody else here. */
const stranger = 54_321
const asStranger = (script: string) =>
  ['setpriv', '--reuid', String(stranger), '--regid', String(stranger), '--clear-groups', 'sh', '-c', script] as const

describe("somebody else's folder", {concurrency: 2}, () => {
  const three = 'usage start; usage feature Load.v1 --type Algorithm; usage end --exit-code 0; echo "$?"'

  it(
    'is not written by root in the home of another (sudo), who can go on counting',
    needs(...droppingPrivileges),
    async t => {
      const {home} = makeScene(t, nowhere)
      chmodSync(home.environment['TMPDIR'] ?? '', 0o755)
      await runProgram(home, ['chown', '-R', String(stranger), home.home])
      const before = readTree(home.home)
      const sudo = await runShell(home, 'sh', three, {environment: {USAGE_SENDER: '1'}})
      assert.deepEqual([sudo.stdout, sudo.stderr], ['0\n', ''])
      assert.deepEqual(readTree(home.home), before)
      const own = await runProgram(home, [...asStranger(three)] as [string, ...string[]], {
        environment: {USAGE_SENDER: '1'},
      })
      assert.deepEqual([own.stdout, own.stderr], ['0\n', ''])
      const status = await runProgram(home, [...asStranger('usage status --json')] as [string, ...string[]])
      assert.equal(JSON.parse(status.stdout).projects[0].waiting.events, 3)
      const after = readTree(home.home)
      assert.equal((await runShell(home, 'sh', three, {environment: {USAGE_SENDER: '1'}})).stdout, '0\n')
      assert.deepEqual(readTree(home.home), after)
    },
  )

  for (const [what, mode] of [
    ['to which it has no right', 0o700],
    ['that anybody may write', 0o777],
  ] as const)
    it(
      `is not written through a link in the place of the state: one ${what}`,
      needs(...droppingPrivileges),
      async t => {
        const {home} = makeScene(t, nowhere)
        const temporary = home.environment['TMPDIR'] ?? ''
        const theirs = join(temporary, 'theirs')
        mkdirSync(theirs)
        chmodSync(theirs, mode)
        chmodSync(temporary, 0o755)
        mkdirSync(join(home.stateDirectory, '..'), {recursive: true})
        symlinkSync(theirs, home.stateDirectory)
        await runProgram(home, ['chown', '-R', String(stranger), home.home])
        const outcome = await runProgram(home, [...asStranger(`${three}; usage status --json >&2`)] as [
          string,
          ...string[],
        ])
        assert.equal(outcome.stdout, '0\n')
        assert.equal(JSON.parse(outcome.stderr).projects[0].consent.reason, 'state-not-writable')
        assert.deepEqual(readdirSync(theirs), [])
      },
    )

  it('of the state, where a link leads to a folder of its own, is written', async t => {
    const {home, usage, status} = makeScene(t, nowhere)
    const scratch = join(home.environment['TMPDIR'] ?? '', 'scratch')
    mkdirSync(scratch)
    mkdirSync(join(home.stateDirectory, '..'), {recursive: true})
    symlinkSync(scratch, home.stateDirectory)
    await usage(['start'])
    assert.equal((await status()).waiting.events, 1)
  })
})

describe('a network file system', () => {
  it(
    'is asked for nothing but whole files, exclusive creation, links and renames, as the kernel sees it',
    needs('strace'),
    async t => {
      const scene = await sceneWithCollector(t)
      const {home} = scene
      const trace = join(home.environment['TMPDIR'] ?? '', 'trace')
      const script = 'usage start; usage feature Load.v1 --type Algorithm; usage end --exit-code 0 --wait 20'
      const calls =
        'openat,open,creat,flock,fcntl,mmap,link,linkat,rename,renameat,renameat2,ftruncate,truncate,pwrite64'
      await runProgram(home, [
        'strace',
        '-f',
        '-y',
        '-qq',
        '-e',
        `trace=${calls}`,
        '-o',
        trace,
        'sh',
        '-c',
        `${script}; :`,
      ])
      const state = home.stateDirectory
      const ours = readFileSync(trace, 'utf8')
        .split('\n')
        .filter(line => line.includes(state))
      const uses = (pattern: RegExp) => ours.filter(line => pattern.test(line))
      assert.ok(uses(/rename/).length >= 6)
      const opened = uses(/O_WRONLY|O_RDWR/).filter(line => line.includes(`"${state}/`))
      assert.ok(opened.length >= 6)
      for (const line of opened) assert.match(line, /\.tmp", O_WRONLY\|O_CREAT\|O_TRUNC|O_EXCL/)
      assert.deepEqual(uses(/O_APPEND|flock\(|F_(?:OFD_)?(?:SETLK|GETLK)|truncate\(|pwrite64\(|mmap\(/), [])
      assert.equal((await scene.collector.stats('demo')).outcomes!.ok, 1)
    },
  )
})

describe('a job', () => {
  it('whose processes are all killed right after `end --wait` has delivered everything', needs('unshare'), async t => {
    // The first process of a namespace takes all others with it when it ends: perhaps a sender that has just locked.
    const script = 'usage start; usage feature Load.v1 --type Algorithm; usage end --exit-code 0 --wait 20; kill -9 $$'
    for (let job = 1; job <= 3; job++) {
      const scene = await sceneWithCollector(t)
      await runProgram(scene.home, ['unshare', '-Urpf', '--mount-proc', 'sh', '-c', script])
      const {runs, outcomes, features} = await scene.collector.stats('demo')
      assert.deepEqual([runs!.total, outcomes!.ok, features[0]?.count], [1, 1, 1])
      assert.deepEqual(balanceOf(scene.status()), {sent: 3, waiting: 0, refused: 0, dropped: 0})
    }
  })
})

describe('a buffer of which a crash has left ruins', () => {
  it('lets everything that is whole flow, and sets the rest aside, counted', async t => {
    const scene = await sceneWithCollector(t)
    const {paths} = scene.destination
    const run = scene.reporter.start()
    assert.equal(run.kind, 'recorded')
    const content = Buffer.from(encodeBufferFile([makeFeature(scene.world, {name: 'Save.v1'})]))
    const ruins: (Buffer | string)[] = Array.from({length: content.length - 1}, (_, length) =>
      content.subarray(0, length),
    )
    // Of all these one has an event, beside a line that is none.
    ruins.push('\0'.repeat(400), `${content}\0\0\0\n`, '{"hello": "world"}\n', '[]\n', 'null\n', '\xff\xfe\n')
    for (const [index, ruin] of ruins.entries()) {
      const path = join(paths.waiting, `ruin-${index}.json`)
      writeFileSync(path, ruin)
      utimesSync(path, 0, 0)
    }
    // A young one may still be written: it stays.
    writeFileSync(join(paths.waiting, 'young.json'), content.subarray(0, 100))
    scene.reporter.end({exitCode: 0})
    const flushed = await scene.flush()
    assert.deepEqual([flushed.sent, flushed.dropped, flushed.refused], [3, ruins.length, 0])
    assert.deepEqual(readdirSync(paths.waiting), ['young.json'])
    assert.equal(readdirSync(paths.refused).filter(name => name.endsWith('.damaged')).length, ruins.length)
    assert.equal(scene.status().dropped.damaged, ruins.length)
    writeFileSync(join(paths.waiting, 'young.json'), content)
    assert.equal((await scene.flush()).sent, 1)
    const {runs, outcomes, features, quality} = await scene.collector.stats('demo')
    assert.deepEqual([runs!.total, outcomes!.ok, features.length, quality.refused], [1, 1, 1, 0])
  })
})
