/**
 * Prepares a clone: installs the packages if they differ from package-lock.json, and builds dist/ if the sources have
 * changed. `npm start`, `npm test`, `npm run generate` and `npm run check` call it first. If nothing has changed, it
 * takes milliseconds. `--build` always builds.
 *
 * Plain JavaScript without dependencies: it must run on the Node.js of the machine, before node_modules exists.
 */
import {spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stampFile = join(root, 'dist', '.sources')
const isWindows = process.platform === 'win32'
/** The Node.js of the clone. It must build dist/, because the code cache depends on the version. */
const ownNode = join(root, 'node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node')

try {
  setUp()
} catch (error) {
  console.error(`usage: the setup failed: ${error.message}`)
  process.exitCode = 1
}

function setUp() {
  if (!isInstalled()) {
    console.error('usage: installing the packages (npm ci) …')
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
    if (!isInstalled()) throw new Error('npm ci succeeded, but node_modules does not match package-lock.json')
  }
  if (process.argv.includes('--build') || stampOfBuild() !== hashOfSources()) {
    console.error('usage: building dist/ …')
    build()
  }
}

/** Whether node_modules contains every package of the lock file, by the hidden lock file that npm writes there. */
function isInstalled() {
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'))
  const locked = readPackages(join(root, 'package-lock.json'))
  if (installed === null || locked === null || !existsSync(join(root, 'node_modules', 'node', 'bin'))) return false
  return Object.entries(locked).every(
    ([path, {version, optional}]) => path === '' || optional || installed[path]?.version === version,
  )
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return null
  }
}

/**
 * Builds beside dist/ and then replaces dist/ whole. A failed build keeps the old one, and no old file is left over.
 */
function build() {
  const fresh = join(root, `dist.${process.pid}`)
  const old = join(root, `dist.${process.pid}.old`)
  const stamp = hashOfSources()
  try {
    const node = existsSync(ownNode) ? ownNode : process.execPath
    run(node, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json', '--outDir', fresh])
    run(node, [join('scripts', 'bundle.js'), fresh])
    writeFileSync(join(fresh, '.sources'), stamp)
    if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old)
    renameSync(fresh, join(root, 'dist'))
  } finally {
    for (const directory of [fresh, old]) rmSync(directory, {recursive: true, force: true})
  }
}

function stampOfBuild() {
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : null
}

/** Hashes contents instead of comparing times, because a checkout or a copy changes the times. */
function hashOfSources() {
  const hash = createHash('sha256')
  for (const file of [
    'tsconfig.json',
    'package-lock.json',
    join('scripts', 'bundle.js'),
    ...filesUnder(join('scripts', 'bundle')),
    ...filesUnder('src'),
  ])
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

function filesUnder(folder) {
  return readdirSync(join(root, folder), {withFileTypes: true})
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => (entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)]))
}

/** Runs a step. Its output goes to stderr, because stdout belongs to the command that runs after the setup. */
function run(command, args) {
  const isShellNeeded = isWindows && command === 'npm'
  const {status, signal, error} = spawnSync(command, args, {cwd: root, stdio: ['ignore', 2, 2], shell: isShellNeeded})
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${signal ?? status}`)
}
