import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {noticePath} from '../../src/reporter/consent/notice.ts'
import type {IsolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {pythonScene, waits} from '../support/python-client.ts'
import {runProgram} from '../support/run-program.ts'
import {readTree} from '../support/tree.ts'

const all = 'usage.start(); usage.feature("Load.v1", "Algorithm"); usage.end(0)'

/** A scene without the variables of XDG, so that HOME decides. */
function homely(t: TestContext) {
  const scene = pythonScene(t)
  const {XDG_STATE_HOME: _state, XDG_CONFIG_HOME: _config, HOME: _home, ...environment} = scene.home.environment
  const home: IsolatedHome = {...scene.home, environment: {...environment, USAGE_CONSENT: ''}}
  const job = join(scene.folder, 'job.py')
  writeFileSync(job, `import usage_client as usage\n${all}\nprint(usage.consent()[0])\n`)
  const run = (variables: Readonly<Record<string, string>>, words: readonly string[] = ['python3', job]) =>
    runProgram(home, words as [string, ...string[]], {environment: variables, cwd: scene.folder})
  return {...scene, job, run}
}

describe('the home of the client of Python', {concurrency: 2}, () => {
  it('is absolute, or nothing is recorded and nothing is written', needs('python3', 'strace'), async t => {
    const {run, folder, job, bare} = homely(t)
    const before = Object.keys(readTree(folder))
    const trace = join(bare.home, 'trace')
    const homes: readonly Record<string, string>[] = [
      {HOME: ''},
      {HOME: '~'},
      {HOME: 'home'},
      {HOME: './.'},
      {HOME: folder, USAGE_STATE_DIR: 'state'},
      {HOME: folder, USAGE_CONFIG_DIR: 'settings'},
      {HOME: '', USAGE_STATE_DIR: join(folder, 'state')},
      {HOME: '', USAGE_CONFIG_DIR: join(folder, 'settings'), XDG_STATE_HOME: 'relative'},
    ]
    for (const variables of homes) {
      const {stdout, stderr} = await run(variables, ['strace', '-f', '-e', 'trace=%file', '-o', trace, 'python3', job])
      const what = JSON.stringify(variables)
      assert.match(stdout, /^(state-not-writable|settings-unreadable)\n$/, what)
      assert.equal(stderr, '', what)
      assert.deepEqual(Object.keys(readTree(folder)), before, what)
      assert.doesNotMatch(readFileSync(trace, 'utf8'), /mkdir|O_CREAT|rename|unlink/, what)
    }
  })

  it('is left alone where its name is no UTF-8', needs('python3'), async t => {
    const {bare, run, job} = homely(t)
    const script = `h=$(printf '${bare.home}/\\351\\377'); mkdir "$h"; HOME=$h python3 '${job}'; cd "$h"; ls -A | wc -l; ls .. | wc -l`
    const count = readdirSync(bare.home).length
    const {stdout} = await run({}, ['sh', '-c', script])
    assert.deepEqual(stdout.trim().split(/\s+/), ['settings-unreadable', '0', String(count + 1)])
  })

  it('harms nobody where nothing can be written', needs('python3'), async t => {
    const {run, job} = homely(t)
    const {code, stdout, stderr} = await run({HOME: '/proc/self'}, ['python3', job])
    assert.deepEqual([code, stdout, stderr], [0, 'state-not-writable\n', ''])
  })

  it('has folders and files for its owner whatever the umask is', needs('python3'), async t => {
    const {run, events, home} = pythonScene(t)
    assert.equal((await run(`import os; os.umask(0o777)\n${all}`, waits)).code, 0)
    assert.equal(events().length, 3)
    assert.deepEqual(readdirSync(dirname(home.stateDirectory)), ['usage'])
  })
})

describe('the client of Python', {concurrency: 2}, () => {
  it('waits for no file that is a pipe or a device', needs('python3'), async t => {
    for (const kind of ['pipe', 'device', 'folder', 'link to itself']) {
      const {run, home, destination} = pythonScene(t)
      await run(all, waits)
      const {waiting, project, nextTry, secret} = {...destination.paths, secret: join(home.stateDirectory, 'secret')}
      const settings = join(home.configDirectory, 'settings.json')
      const files = [
        settings,
        join(home.configDirectory, 'optin.d', 'demo.json'),
        project,
        nextTry,
        secret,
        noticePath(destination),
        join(waiting, '0.json'),
        join(destination.paths.drops, '0.json'),
      ]
      for (const path of files) {
        mkdirSync(dirname(path), {recursive: true})
        rmSync(path, {force: true})
        if (kind === 'pipe') execFileSync('mkfifo', [path])
        else if (kind === 'folder') mkdirSync(path)
        else symlinkSync(kind === 'device' ? '/dev/zero' : path, path)
        const outcome = await run(`${all}; usage._tidy()`, {...waits, timeoutSeconds: 20})
        assert.deepEqual([outcome.code, outcome.signal, outcome.stdout], [0, null, ''], `${kind} ${path}`)
        assert.doesNotMatch(outcome.stderr, /Traceback/)
        rmSync(path, {force: true, recursive: true})
      }
    }
  })

  it(
    'leaves nothing unfinished on a full disk, and records again when there is room',
    needs('python3', 'unshare'),
    async t => {
      const {home, folder, bare} = pythonScene(t)
      const disk = join(bare.home, 'disk')
      mkdirSync(disk)
      const job = join(folder, 'job.py')
      writeFileSync(
        job,
        `import os, sys, json
import usage_client as usage
disk = sys.argv[1]
def files():
    return [os.path.join(folder, name) for folder, _, names in os.walk(disk) for name in names if name != "filler"]
def fill(left):
    with open(disk + "/filler", "wb", buffering=0) as filler:
        try:
            while True: filler.write(bytes(4096))
        except OSError: pass
        filler.truncate(max(0, os.fstat(filler.fileno()).st_size - left * 4096))
results = []
for left in [0, 1, 2, 3, 4, 5, 6, 8, 10]:
    fill(left)
    results.append(usage.start() is not None)
    usage.feature("Load.v1", "Algorithm"); usage.feature("Nothing.v1"); usage.end(0)
    assert "USAGE_RUN_ID" not in os.environ
    for path in files():
        assert not path.endswith(".tmp"), path
        text = open(path).read()
        assert text and json.loads(text), path
    os.unlink(disk + "/filler")
results.append(usage.start() is not None)
print(results[0], results[-1])`,
      )
      const mount = `mount -t tmpfs -o size=256k tmpfs '${disk}' && USAGE_STATE_DIR='${disk}/s' exec python3 '${job}' '${disk}'`
      const outcome = await runProgram(home, ['unshare', '-Urm', 'sh', '-c', mount], waits)
      assert.equal(outcome.stdout, 'False True\n', outcome.stderr)
    },
  )

  it('records under every way to start Python', needs('python3'), async t => {
    const ways = [
      ['-S'],
      ['-E'],
      ['-O', '-B'],
      ['-X', 'dev'],
      ['-W', 'error'],
      ['-X', 'utf8=0'],
      ['-S', '-E', '-s', '-O'],
    ]
    for (const way of ways) {
      const {run, home, folder, events} = pythonScene(t)
      await run(all, {environment: {USAGE_SENDER: '1'}})
      const outcome = await runProgram(home, ['python3', ...way, join(folder, 'job.py')], {
        environment: {...waits.environment, LC_ALL: 'C', PYTHONCOERCECLOCALE: '0'},
      })
      assert.deepEqual([outcome.code, outcome.stdout, events().length], [0, '', 3], way.join(' '))
      assert.doesNotMatch(outcome.stderr, /Traceback|Warning/, way.join(' '))
    }
    const {home, folder, events} = pythonScene(t)
    const isolated = `import sys; sys.path.insert(0, ${JSON.stringify(folder)}); import usage_client as usage; ${all}`
    const outcome = await runProgram(home, ['python3', '-I', '-S', '-c', isolated], waits)
    assert.deepEqual([outcome.code, events().length], [0, 3])
  })

  it(
    'harms no program whose streams are closed or full, or whose folder is gone',
    needs('python3', 'bash'),
    async t => {
      const closed = ['2>&-', '>&- 2>&-', '<&- >&- 2>&-', '2>/dev/full', '2>/dev/null', '2> >(:)', '2> >(sleep 1)']
      for (const streams of closed) {
        const {run, home, folder, events} = pythonScene(t)
        await run(`import os\nos.chdir(os.environ["TMPDIR"])\n${all}`, {environment: {USAGE_SENDER: '1'}})
        const gone = join(folder, 'gone')
        mkdirSync(gone)
        const script = `cd '${gone}' && rmdir '${gone}' && python3 '${join(folder, 'job.py')}' ${streams}; echo $? >'${join(folder, 'code')}'`
        await runProgram(home, ['bash', '-c', script], waits)
        assert.equal(readFileSync(join(folder, 'code'), 'utf8'), '0\n', streams)
        assert.equal(events().length, 3, streams)
      }
    },
  )

  it('names a script by its job where a batch system runs a copy of it', needs('python3'), async t => {
    const {folder, home, run, events} = pythonScene(t)
    const copy = join(folder, 'job00007', 'slurm_script')
    mkdirSync(join(folder, 'job00007'))
    writeFileSync(copy, `import sys; sys.path.insert(0, '${folder}')\nimport usage_client as u; u.start(); u.end(0)`)
    const job = {SLURM_JOB_NAME: 'heat.py', SLURM_SUBMIT_DIR: '/home/ada'}
    for (const environment of [job, {...job, SLURM_SUBMIT_DIR: ''}, {...job, SLURM_JOB_NAME: ''}])
      await runProgram(home, ['python3', copy], {environment: {...waits.environment, ...environment}})
    await run('usage.start()', {environment: {...waits.environment, ...job}})
    const scripts = events().flatMap(event => (event.type === 'start' ? [event.local?.script] : []))
    assert.deepEqual(scripts.sort(), ['/home/ada/heat.py', copy, copy, join(folder, 'job.py')].sort())
  })

  it('raises what a signal handler of the program raises', needs('python3'), async t => {
    const {run} = pythonScene(t)
    const script = `import signal, time
def handler(signum, frame): raise TimeoutError
signal.signal(signal.SIGALRM, handler)
usage.start()
lost = 0
for index in range(300):
    until = time.monotonic() + 5
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0002 + index % 10 / 10000)
        while time.monotonic() < until: usage.feature("Load.v1", "Algorithm")
        lost += 1
        if lost > 3: break
    except TimeoutError: pass
print(lost)`
    assert.equal((await run(script, {...waits, timeoutSeconds: 60})).stdout, '0\n')
  })
})
