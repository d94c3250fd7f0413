import assert from 'node:assert/strict'
import {cpSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {answeringServer, reportOf} from '../support/answering-server.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {pythonScene, waits} from '../support/python-client.ts'
import {runProgram, runUsage} from '../support/run-program.ts'

const python = '/usr/bin/python3'

/** The folder of a package that `usage embed` has written. */
async function makePackage(t: TestContext, http = 'http://127.0.0.1:9') {
  const home = isolatedHome(t)
  const {path, project} = projectOnDisk(home.home, http)
  const folder = join(home.home, 'package')
  const embed = (...more: string[]) =>
    runUsage(home, ['embed', '--lang', 'python', '--project-file', path, '--package', folder, ...more])
  const {code, stdout} = await embed()
  assert.equal(code, 0)
  const names = ['pyproject.toml', 'demo_usage/__init__.py', 'demo_usage/__main__.py', 'demo_usage/py.typed']
  assert.equal(stdout, names.map(name => `Wrote ${join(folder, name)}\n`).join(''))
  return {home, project, folder, embed}
}

/** An environment of Python in which the package is installed from its wheel, as by pip, without a network. */
async function installed(t: TestContext, http?: string) {
  const made = await makePackage(t, http)
  const {home, folder} = made
  const run = async (...command: [string, ...string[]]) => {
    const outcome = await runProgram(home, command, {cwd: folder})
    assert.equal(outcome.code, 0, outcome.stderr)
    return outcome
  }
  const offline = ['--no-index', '--no-deps', '--disable-pip-version-check', '--quiet']
  await run(python, '-m', 'pip', 'wheel', '--no-build-isolation', ...offline, '--wheel-dir', 'dist', '.')
  await run(python, '-c', 'from setuptools.build_meta import build_sdist; build_sdist("dist")')
  assert.deepEqual(readdirSync(join(folder, 'dist')).sort(), [
    'demo-usage-1.0.0.tar.gz',
    'demo_usage-1.0.0-py3-none-any.whl',
  ])
  const venv = join(home.home, 'venv')
  await run(python, '-m', 'venv', '--without-pip', venv)
  const [library = ''] = readdirSync(join(venv, 'lib'))
  const site = join(venv, 'lib', library, 'site-packages')
  await run(python, '-m', 'pip', 'install', ...offline, '--target', site, 'dist/demo_usage-1.0.0-py3-none-any.whl')
  return {...made, venv, site, program: join(venv, 'bin', 'python')}
}

const needsTools = needs('pip, setuptools and wheel for python3', 'mypy')

describe('the package for Python', {concurrency: 2}, () => {
  it('is built, installed and imported, sends by itself, and has a program', needsTools, async t => {
    const server = await answeringServer(t)
    const {home, project, site, program} = await installed(t, server.url)
    const job = join(home.home, 'job.py')
    writeFileSync(job, 'import demo_usage\ndemo_usage.start("1.4.0")\ndemo_usage.end(0)\n')
    const environment = {PATH: '/usr/bin:/bin', USAGE_CONSENT: `demo@${collectionVersion(project)}`}
    assert.equal((await runProgram(home, [program, job], {environment})).code, 0)
    await eventually(() => {
      const types = server.requests.flatMap(request => reportOf(request).events.map(({type}) => type))
      assert.deepEqual(types.sort(), ['end', 'start'])
    })
    const byModule = await runProgram(home, [program, '-m', 'demo_usage', 'status'], {environment})
    assert.match(byModule.stdout, /^demo {2}on\n/)
    const byScript = await runProgram(home, [join(site, 'bin', 'demo-usage'), 'status'], {
      environment: {...environment, PYTHONPATH: site},
    })
    assert.equal(byScript.stdout, byModule.stdout)
    const [, command = ''] = /To opt out: (.*)\n/.exec(byModule.stdout) ?? []
    assert.equal((await runProgram(home, ['sh', '-c', command])).code, 0)
    assert.equal((await runProgram(home, [program, '-m', 'demo_usage', 'bogus'])).code, 2)
  })

  it(
    'has complete types: mypy --strict finds the mistakes of a program and none of the client',
    needsTools,
    async t => {
      const {home, folder, program} = await installed(t)
      const job = join(home.home, 'job.py')
      const right = `import decimal, pathlib, signal
from typing import Optional
import demo_usage
run: Optional[str] = demo_usage.start("1", script=pathlib.Path("x"), fields={"executors": 3})
demo_usage.feature("Load.v1", "Algorithm", seconds=decimal.Decimal(3), count=3, details={"format": "nexus"})
demo_usage.end(0, signal=signal.SIGTERM)
reason, decided_by, may_send = demo_usage.consent()
print(reason.upper(), may_send is True, issubclass(demo_usage.UsageWarning, Warning), demo_usage.main)
`
      const check = (...files: string[]) =>
        runProgram(home, ['mypy', '--strict', '--cache-dir', '/dev/null', '--python-executable', program, ...files])
      writeFileSync(job, right)
      const fine = await check(job, join(folder, 'demo_usage', '__init__.py'))
      assert.deepEqual([fine.code, fine.stdout], [0, 'Success: no issues found in 2 source files\n'])
      writeFileSync(
        job,
        `import demo_usage\ndemo_usage.feature("Load.v1", 3)\ndemo_usage.feature("Load.v1", second=3)\ndemo_usage.start(1.4)\ndemo_usage.end("0")\n`,
      )
      const wrong = await check(job)
      assert.deepEqual(
        wrong.stdout.split('\n').flatMap(line => /job\.py:(\d): error/.exec(line)?.[1] ?? []),
        ['2', '3', '4', '5'],
      )
    },
  )

  it('is made again in place, keeps pyproject.toml, and replaces no file of somebody else', async t => {
    const {folder, embed} = await makePackage(t)
    const [settings, client] = [join(folder, 'pyproject.toml'), join(folder, 'demo_usage', '__init__.py')]
    const whole = readFileSync(client, 'utf8')
    writeFileSync(settings, 'mine')
    writeFileSync(client, `${whole}# old`)
    assert.equal((await embed()).code, 0)
    assert.deepEqual([readFileSync(settings, 'utf8'), readFileSync(client, 'utf8')], ['mine', whole])
    writeFileSync(client, 'mine = 1\n')
    const refused = await embed()
    assert.deepEqual([refused.code, readFileSync(client, 'utf8')], [2, 'mine = 1\n'])
    assert.match(refused.stderr, /USAGE_WRONG_USE[\s\S]*__init__\.py was not made by usage embed/)
    const shell = await embed('--lang', 'sh')
    assert.equal(shell.code, 2)
  })
})

describe('the file for Python inside another package', () => {
  it('records, sends and runs beside modules with names of Python’s own', needs('python3'), async t => {
    const server = await answeringServer(t)
    const {home, folder, run} = pythonScene(t, server.url)
    const inner = join(folder, 'heatflow')
    mkdirSync(inner)
    renameSync(join(folder, 'usage_client.py'), join(inner, 'usage_client.py'))
    writeFileSync(join(inner, '__init__.py'), '')
    for (const name of ['signal', 'json', 'select', 'types', 'calendar', 'operator'])
      writeFileSync(join(inner, `${name}.py`), 'raise SystemExit(9)\n')
    cpSync(join(inner, '__init__.py'), join(folder, 'usage_client.py'))
    const script = 'from heatflow import usage_client as client\nclient.start("1"); client.end(0)'
    assert.equal((await run(script, waits)).code, 0)
    assert.equal((await run(script)).code, 0)
    await eventually(() => assert.equal(server.requests.flatMap(one => reportOf(one).events).length, 4))
    for (const command of [
      ['python3', join(inner, 'usage_client.py'), 'status'],
      ['python3', '-m', 'heatflow.usage_client', 'status'],
    ] as [string, ...string[]][]) {
      const outcome = await runProgram(home, command, {cwd: folder})
      assert.deepEqual([outcome.code, outcome.stdout.split('\n')[0]], [0, 'demo  on'], outcome.stderr)
    }
  })
})
