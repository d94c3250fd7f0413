import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {existsSync, globSync, readFileSync, statSync} from 'node:fs'
import {test} from 'node:test'
import {needs, slowToInstall, tools} from './support/needs.ts'
import {filesUnder, repositoryPath, repositoryRoot} from './support/repository.ts'

const read = (path: string): string => readFileSync(repositoryPath(path), 'utf8')
const packageJson = JSON.parse(read('package.json'))
const tests = filesUnder('test', '.test.ts')

test('runs every test file, each once, in the usual run, the long run or the run of ClickHouse', () => {
  const {test: usual, 'test:long': long, 'test:clickhouse': clickhouse, check} = packageJson.scripts
  const atOnce = filesUnder('test/at-once').flatMap(file =>
    [...read(file).matchAll(/runTogether\('(.*)'\)/g)].map(([, pattern]) => `test/${pattern}.test.ts`),
  )
  const ofScripts = [usual, long, clickhouse].map(script => /"(test\/[^"]+)"/.exec(script)?.[1] ?? '')
  const patterns = [...ofScripts, ...atOnce]
  const found = patterns.flatMap(pattern => globSync(pattern, {cwd: repositoryRoot}))
  assert.deepEqual(found.sort(), tests)
  assert.ok(check.includes('npm test && npm run test:long'))
  assert.match(read('.ci/run'), /npm run check\n.*npm run test:clickhouse\n/)
})

test('has no tests in a file that the run does not find', () => {
  const others = filesUnder('test').filter(path => /\.[cm]?[jt]sx?$/.test(path) && !tests.includes(path))
  const isTest = (path: string) =>
    /[._-](?:test|spec)s?\.\w+$/.test(path) ||
    /^import \{[^}]*\b(?:test|it)\b[^}]*\} from 'node:test'/m.test(read(path))
  const contracts = /^test\/contracts\/|-contract\.ts$/
  assert.deepEqual(
    others.filter(path => isTest(path) && !contracts.test(path)),
    [],
  )
})

test('mirrors the tree of the sources in the tree of the tests', () => {
  // Commands are tested by what a person does with several of them, so their tests are named after that.
  const parts = ['protocol', 'reporter', 'collector', 'stats', 'dashboard', 'shell', 'cli']
  const mirrored = tests.filter(path => parts.includes(path.split('/')[1]!))
  const sources = mirrored.map(path => path.replace(/^test/, 'src').replace(/\.test\.ts$/, '.ts'))
  assert.deepEqual(
    sources.filter(path => !existsSync(repositoryPath(path))),
    [],
  )
})

test('has no marks of a conflict between two versions', () => {
  const texts = ['CHANGELOG.md', 'README.md', ...['docs', 'src', 'test'].flatMap(folder => filesUnder(folder))]
  for (const path of texts) assert.doesNotMatch(read(path), /^(?:<{7}|>{7}) /m, path)
})

test('leaves a test out only where a tool is missing', () => {
  const mechanism = ['test/support/needs.ts', 'test/house.test.ts']
  const pattern = /\w\.(?:skip|only|todo)\(|\{(?:skip|todo)\b|\b(?:skip|todo):|\bonly: *true\b/
  const others = filesUnder('test', '.ts').filter(path => !mechanism.includes(path))
  assert.deepEqual(
    others.filter(path => pattern.test(read(path))),
    [],
  )
})

test('installs in .ci/run what a test may need', () => {
  const script = read('.ci/run')
  const quick = Object.entries(tools).filter(([tool]) => !(slowToInstall as readonly string[]).includes(tool))
  for (const [tool, packages] of quick)
    for (const name of packages?.split(' ') ?? []) assert.ok(script.split(/[\s:;()]+/).includes(name), tool)
})

test('records no download address in the lock file', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved"/)
})

test('has in its package what the package says it has', () => {
  const {bin, exports, oclif} = packageJson
  const doors = ['.', './protocol', './collector', './oclif'].map(name => Object.values(exports[name]))
  const paths = [...Object.values(bin), ...doors.flat()]
  for (const path of [...paths, oclif.commands.target] as string[]) assert.ok(existsSync(repositoryPath(path)), path)
  assert.ok(statSync(repositoryPath('bin/run.js')).mode & 0o111)
})

test('keeps the shell scripts of the repository free of what shellcheck finds', needs('shellcheck'), () => {
  const folders = ['.ci', 'examples', 'scripts', 'test'].filter(folder => existsSync(repositoryPath(folder)))
  const scripts = folders.flatMap(folder => filesUnder(folder)).filter(path => /(?:\.sh|^\.ci\/run)$/.test(path))
  assert.ok(scripts.length > 0)
  execFileSync('shellcheck', scripts, {cwd: repositoryRoot, stdio: ['ignore', 'inherit', 'inherit']})
})
