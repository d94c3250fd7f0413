import assert from 'node:assert/strict'
import {execFile, execFileSync} from 'node:child_process'
import {once} from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import type {AddressInfo} from 'node:net'
import {createServer} from 'node:net'
import {basename, dirname, join} from 'node:path'
import {after, before, describe, it, type TestContext} from 'node:test'
import {promisify} from 'node:util'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {eventually} from '../support/eventually.ts'
import {type IsolatedHome, isolatedHome, systemPath} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {repositoryPath, repositoryRoot} from '../support/repository.ts'
import {type Outcome, runProgram} from '../support/run-program.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'

/** A registry that stalls fails the test. */
const seconds = 100
/** From the oldest that records to the newest that there is; the first cannot run a collector. */
const nodes = ['22.13', '24', '26'] as const
const tooOld = ['18', '20'] as const
const npmProgram = execFileSync('which', ['npm'], {encoding: 'utf8'}).trim()
const npmCli = realpathSync(npmProgram)
const nowhere = 'http://127.0.0.1:9'

const ends: (() => unknown)[] = []
const scope = {after: (end: () => unknown) => void ends.push(end)} as Pick<TestContext, 'after'>
let directory = ''
/** The folder with the program `node`, by version. */
const nodeFolders = new Map<string, string>()
let tarball = ''

/** Runs a program with a version of Node.js, and with the registry and proxies of the machine. Rejects if it fails. */
async function runWithNode(
  node: string,
  command: readonly string[],
  {cwd, prefix}: {readonly cwd?: string; readonly prefix?: string} = {},
): Promise<void> {
  const PATH = [node, dirname(npmProgram), process.env['PATH']].join(':')
  const own = {PATH, npm_config_update_notifier: 'false', npm_config_fetch_retries: '1'}
  const env = {...process.env, ...own, ...(prefix === undefined ? {} : {npm_config_prefix: prefix})}
  // timeout ends the children of the program, too.
  await promisify(execFile)('timeout', ['--kill-after=5', String(seconds), ...command], {env, cwd})
}

const npm = (node: string, args: readonly string[]): Promise<void> =>
  runWithNode(node, ['node', npmCli, ...args, '--no-audit', '--no-fund'])

/** Installs a version of Node.js from the npm package `node`, as the clone has one. Resolves to the folder of `node`. */
async function installNode(version: string): Promise<string> {
  const own = dirname(process.execPath)
  if (process.versions.node.startsWith(`${version}.`)) return own
  const prefix = join(directory, `node-${version}`)
  mkdirSync(prefix)
  await npm(own, ['install', '--no-save', '--prefix', prefix, `node@${version}`])
  const folder = join(prefix, 'node_modules', 'node', 'bin')
  assert.match(execFileSync(join(folder, 'node'), ['--version'], {encoding: 'utf8'}), new RegExp(`^v${version}\\.`))
  return folder
}

/** A copy of what git has of this clone, with its packages. */
function copyClone(): string {
  const clone = join(directory, 'clone')
  const files = execFileSync('git', ['ls-files', '-z'], {cwd: repositoryRoot, encoding: 'utf8'}).split('\0')
  for (const file of files) if (file !== '') cpSync(repositoryPath(file), join(clone, file), {recursive: true})
  symlinkSync(repositoryPath('node_modules'), join(clone, 'node_modules'))
  return clone
}

/** The line of the README that installs. */
function installLine(): string {
  const line = /^(npm pack && npm install .*?) *(?:#.*)?$/m.exec(readFileSync(repositoryPath('README.md'), 'utf8'))?.[1]
  assert.ok(line)
  return line
}

/** Where a version of Node.js has the package, in a prefix of its own. */
const prefixOf = (version: string): string => join(directory, `prefix-${version}`)
const packageOf = (version: string): string => join(prefixOf(version), 'lib', 'node_modules', 'usage-reporter')

/** A home whose only `usage` is the installed one, run by a version of Node.js. */
function atVersion(home: IsolatedHome, version: string, installed = version): IsolatedHome {
  const PATH = [join(prefixOf(installed), 'bin'), nodeFolders.get(version), systemPath].join(':')
  return {...home, environment: {...home.environment, PATH}}
}

const usage = (home: IsolatedHome, ...args: string[]): Promise<Outcome> => runProgram(home, ['usage', ...args])

async function json(home: IsolatedHome, ...args: string[]) {
  const {stdout, stderr, code} = await usage(home, ...args, '--json')
  assert.equal(code, 0, stderr || stdout)
  return JSON.parse(stdout)
}

before(
  async () => {
    directory = temporaryDirectory(scope)
    const install = async (version: string) => nodeFolders.set(version, await installNode(version))
    await Promise.all([...nodes, ...tooOld].map(install))
  },
  {timeout: 280_000},
)
after(async () => {
  for (const end of ends.reverse()) await end()
})

describe('the packed product', {timeout: 280_000}, () => {
  it('is installed into an empty prefix by the line of the README', async t => {
    const clone = copyClone()
    await runWithNode(nodeFolders.get('24') ?? '', ['sh', '-c', installLine()], {cwd: clone, prefix: prefixOf('24')})
    tarball = join(clone, readdirSync(clone).find(name => name.endsWith('.tgz')) ?? '')
    const {version} = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8'))
    assert.equal(basename(tarball), `usage-reporter-${version}.tgz`)
    assert.match(
      (await usage(atVersion(isolatedHome(t), '24'), '--version')).stdout,
      new RegExp(`^usage-reporter/${version} .* node-v24\\.`),
    )
  })

  it('has at most 40 MB with all packages, and 15 MB of its own', t => {
    const bytesOf = (folder: string): number =>
      readdirSync(folder, {withFileTypes: true, recursive: true})
        .filter(entry => entry.isFile())
        .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
    const all = bytesOf(packageOf('24'))
    const packages = bytesOf(join(packageOf('24'), 'node_modules'))
    t.diagnostic(`${Math.round(all / 1e5) / 10} MB installed, ${Math.round((all - packages) / 1e5) / 10} MB of its own`)
    assert.ok(all <= 40e6 && all - packages <= 15e6, `${all} bytes, of which ${packages} are packages`)
  })

  it('has every page and example that its documents link to', () => {
    const root = packageOf('24')
    const pages = readdirSync(root, {recursive: true, encoding: 'utf8'}).filter(
      path => path.endsWith('.md') && !path.includes('node_modules'),
    )
    assert.ok(pages.includes('README.md') && pages.includes(join('docs', 'install.md')))
    for (const page of pages)
      for (const [, link = ''] of readFileSync(join(root, page), 'utf8').matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g))
        assert.ok(existsSync(join(root, dirname(page), link)), `${page} links to ${link}`)
    for (const name of ['usage.1', 'usage-reporter.1'])
      assert.ok(existsSync(join(prefixOf('24'), 'share', 'man', 'man1', name)))
  })

  it('records, keeps and delivers from each Node.js to the next, over older events, settings and stores', async t => {
    for (const version of nodes)
      if (version !== '24')
        await npm(nodeFolders.get(version) ?? '', ['install', '--global', '--prefix', prefixOf(version), tarball])
    const home = isolatedHome(t)
    const port = await freePort()
    const {path, project} = projectOnDisk(home.home, `http://127.0.0.1:${port}`)
    const {waiting: buffer} = destinationOf(home.stateDirectory, project).paths
    for (const [index, version] of nodes.entries()) {
      const here = atVersion(home, version)
      assert.match((await usage(here, '--version')).stdout, new RegExp(` node-v${version}\\.`))
      await usage(here, 'start', '--project-file', path, '--app-version', version)
      const [{waiting}] = (await json(here, 'status')).projects
      assert.equal(waiting.events, index + 1)
    }
    addGoldenEvents(buffer)
    const newest = atVersion(home, '26')
    assert.equal((await json(newest, 'status')).projects[0].waiting.events, nodes.length + 2)
    await deliver(t, newest, port)
    const out = await usage(atVersion(home, '22.13'), 'optout', 'demo')
    assert.equal(out.code, 0)
    assert.equal((await json(newest, 'status')).projects[0].consent.reason, 'project-opt-out')
    const refused = await usage(atVersion(home, '22.13'), 'collect', '--projects', home.home)
    assert.deepEqual(
      [refused.code, /USAGE_NODE_TOO_OLD: .* 24\.0 or newer, got 22\.13/.test(refused.stderr)],
      [2, true],
    )
  })

  for (const version of tooOld)
    it(`records nothing on Node.js ${version}, says why, and runs the command of usage run`, async t => {
      const home = atVersion(isolatedHome(t), version, '24')
      const {path} = projectOnDisk(home.home, nowhere)
      const status = await usage(home, 'status')
      assert.deepEqual([status.code, status.stdout], [2, ''])
      assert.match(
        status.stderr,
        new RegExp(`^USAGE_NODE_TOO_OLD: .* 22\\.13 or newer, got ${version}\\..*Install Node\\.js`),
      )
      const start = await usage(home, 'start', '--project-file', path)
      assert.deepEqual([start.code, start.stdout, start.stderr], [0, '', ''])
      const run = await usage(home, 'run', '--project-file', path, '--', 'sh', '-c', 'echo ran; exit 7')
      assert.deepEqual([run.code, run.stdout], [7, 'ran\n'])
      assert.ok(!existsSync(home.stateDirectory))
    })

  it('leaves the documented folders behind when it is removed, and nothing after they are removed too', async t => {
    const bare = isolatedHome(t, {XDG_STATE_HOME: '', XDG_CONFIG_HOME: ''})
    const home = atVersion(bare, '24')
    const {path} = projectOnDisk(bare.home, nowhere)
    await usage(home, 'start', '--project-file', path)
    await usage(home, 'optout')
    const [uninstall, ...removals] = removeLines()
    await npm(nodeFolders.get('24') ?? '', [...uninstall!.split(' ').slice(1), '--prefix', prefixOf('24')])
    for (const left of [packageOf('24'), ...['usage', 'usage-reporter'].map(name => join(prefixOf('24'), 'bin', name))])
      assert.ok(!existsSync(left), left)
    assert.deepEqual(readdirSync(join(prefixOf('24'), 'share', 'man', 'man1')), [])
    const folders = () =>
      readdirSync(bare.home, {recursive: true, encoding: 'utf8'})
        .filter(name => /usage$/.test(name))
        .sort()
    assert.deepEqual(folders(), [join('.config', 'usage'), join('.local', 'state', 'usage')])
    await runProgram(bare, ['sh', '-ec', removals.join('\n')])
    const others = readdirSync(bare.home, {recursive: true, encoding: 'utf8', withFileTypes: true})
    assert.deepEqual(
      others.filter(entry => entry.isFile()).map(({name}) => name),
      [basename(path)],
    )
  })
})

/** The lines of the page that remove the program and its files. */
function removeLines(): string[] {
  const page = readFileSync(repositoryPath('docs', 'install.md'), 'utf8')
  return [...page.slice(page.indexOf('## Remove')).matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, text = '']) =>
    text.trim().split('\n'),
  )
}

/** Puts events of the first version into the buffer, with a time that is not too old to be sent. */
function addGoldenEvents(buffer: string): void {
  for (const name of ['start', 'end']) {
    const event = JSON.parse(readFileSync(repositoryPath('test/fixtures/event-files/command', `${name}.json`), 'utf8'))
    writeFileSync(join(buffer, `${event.id}.json`), `${JSON.stringify({...event, time: new Date().toISOString()})}\n`)
  }
}

/** Delivers what waits to an installed collector that updates a store of version 1. */
async function deliver(t: TestContext, home: IsolatedHome, port: number): Promise<void> {
  const [projects, data] = ['projects', 'data'].map(name => join(home.home, '..', name)) as [string, string]
  for (const folder of [projects, data]) mkdirSync(folder)
  cpSync(repositoryPath('test/fixtures/stores/version-1.sqlite'), join(data, 'usage.sqlite'))
  projectOnDisk(projects, nowhere)
  const stop = Promise.withResolvers<void>()
  let listening = ''
  const args = ['collect', '--projects', projects, '--data', data, '--http', `127.0.0.1:${port}`, '--udp', 'off']
  const collector = runProgram(home, ['usage', ...args], {
    onOutput: stdout => (listening = stdout),
    killedAfter: stop.promise,
    timeoutSeconds: seconds,
  })
  t.after(async () => {
    stop.resolve()
    await collector
  })
  await eventually(() => assert.match(listening, /^Collector listening/))
  await usage(home, 'optin', 'demo')
  const {sent, kept} = await json(home, 'flush')
  assert.deepEqual([sent, kept], [nodes.length + 2, 0])
  const [added, before] = await Promise.all(
    ['demo', 'parsl'].map(project => json(home, 'stats', '--data', data, '--project', project, '--from', '2026-01-01')),
  )
  assert.deepEqual([added.runs.total, before.runs.total > 0], [nodes.length + 1, true])
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
