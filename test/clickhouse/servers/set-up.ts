/**
 * Installs what the tests in `test/clickhouse` need: a ClickHouse server and its client, 550 MB, from the registry of
 * npm. Compiles the launcher, and links the client into node_modules, where the collector finds it. If everything is
 * there, it takes milliseconds. On a machine that cannot run the server it installs nothing: the tests are skipped.
 */
import {spawnSync} from 'node:child_process'
import {copyFileSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {hasTool} from '../../support/needs.ts'
import {repositoryPath} from '../../support/repository.ts'
import {client, installation, isInstalled, isSupported, launcher} from './installation.ts'

/** A registry that stalls must not stop a check for long. */
const installMinutes = 5
const tries = 2

const sources = ['packages/package.json', 'packages/package-lock.json', 'launcher.c']
const stampFile = join(installation, 'stamp')

try {
  if (!isSupported || !hasTool('gcc')) console.error('clickhouse: needs Linux on x64 and gcc; nothing is installed')
  else setUp()
} catch (error) {
  console.error(`clickhouse: the setup failed: ${(error as Error).message}`)
  process.exitCode = 1
}

function setUp(): void {
  const stamp = sources.map(name => readFileSync(join(import.meta.dirname, name), 'utf8')).join('\0')
  if (!isInstalled() || readOrNothing(stampFile) !== stamp) {
    mkdirSync(installation, {recursive: true})
    rmSync(stampFile, {force: true})
    install()
    compile()
    writeFileSync(stampFile, stamp)
  }
  linkClient()
}

function install(): void {
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(join(import.meta.dirname, 'packages', name), join(installation, name))
  for (let round = 1; round <= tries; round++) {
    console.error(`clickhouse: installing the server and its client (npm ci, try ${round} of ${tries}) …`)
    const {status, error} = spawnSync(
      'npm',
      ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      {
        cwd: installation,
        stdio: ['ignore', 2, 2],
        timeout: installMinutes * 60_000,
        killSignal: 'SIGKILL',
      },
    )
    if (status === 0) return
    const isTimeout = (error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT'
    console.error(
      isTimeout ? `clickhouse: npm ci took over ${installMinutes} minutes` : `clickhouse: npm ci: ${status}`,
    )
  }
  throw new Error(`npm could not install the packages of test/clickhouse/servers/packages. Is the registry reachable?`)
}

function compile(): void {
  const {status} = spawnSync(
    'gcc',
    [
      '-std=gnu11',
      '-O1',
      '-Wall',
      '-Wextra',
      '-Werror',
      join(import.meta.dirname, 'launcher.c'),
      '-o',
      launcher,
      '-ldl',
    ],
    {stdio: ['ignore', 2, 2]},
  )
  if (status !== 0) throw new Error('gcc could not compile launcher.c')
}

/**
 * Leaves a folder that npm has made alone. `npm ci`, `npm install` and `npm prune` remove the link; the next setup makes it
 * again. The folder around it is no link: npm would remove the client behind it.
 */
function linkClient(): void {
  const scope = repositoryPath('node_modules', '@clickhouse')
  const link = join(scope, 'client')
  mkdirSync(scope, {recursive: true})
  if (lstatSync(link, {throwIfNoEntry: false}) === undefined) symlinkSync(relative(scope, client), link)
}

function readOrNothing(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
