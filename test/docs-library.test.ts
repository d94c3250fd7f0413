import assert from 'node:assert/strict'
import {copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {consentReasons} from '../src/reporter/consent/consent.ts'
import {maxQueuedFeatures} from '../src/reporter/program/feature-queue.ts'
import {createLibraryReporter} from '../src/reporter/program/library-reporter.ts'
import {defaultCheckIntervalSeconds} from '../src/reporter/program/program-options.ts'
import {deliveryFailures} from '../src/reporter/sender/deliver.ts'
import {isolatedHome} from './support/isolated-home.ts'
import {makeProject} from './support/make-project.ts'
import {makeWorld} from './support/make-world.ts'
import {publicDeclarations} from './support/public-declarations.ts'
import {repositoryPath} from './support/repository.ts'
import {runProgram} from './support/run-program.ts'
import {waitingEvents} from './support/waiting-events.ts'

const read = (...path: string[]): string => readFileSync(repositoryPath(...path), 'utf8')
const page = read('docs', 'library.md')
const blockOf = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? assert.fail(`no block of ${language}`)
const rowsBelow = (heading: string): string[] => {
  const part = page.slice(page.indexOf(`## ${heading}`)).split(/^## /m)[1] ?? ''
  return [...part.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name ?? '')
}

const sectionOf = (heading: string): string => page.slice(page.indexOf(`\n## ${heading}\n`) + 1).split(/^## /m)[1] ?? ''
const declarations = publicDeclarations('src/index.ts')
const nameOf = (declaration: string): string => declaration.split(/\W+/)[1] ?? ''
/** Types that the page explains in words or tables: they are lists, schemas, or for tests. */
const inTables = [
  'ErrorCode',
  'ProjectFile',
  'FieldValue',
  'ConsentReason',
  'DeliveryReason',
  'Transport',
  'SendRequest',
  'SendResult',
  'World',
]

/** Runs a program of the page where the package is installed, and gives what it recorded. */
async function runExample(t: TestContext, name: string, text: string) {
  const home = isolatedHome(t, {USAGE_SENDER: '1'})
  mkdirSync(join(home.home, 'node_modules'))
  symlinkSync(repositoryPath(), join(home.home, 'node_modules', 'usage-reporter'))
  copyFileSync(repositoryPath('examples', 'usage.project.json'), join(home.home, 'usage.project.json'))
  writeFileSync(join(home.home, name), text)
  const outcome = await runProgram(home, [process.execPath, name])
  return {outcome, types: waitingEvents(home.stateDirectory).map(({type}) => type)}
}

describe('docs/library.md', () => {
  it('has an ES module that counts as the page says', async t => {
    const {outcome, types} = await runExample(t, 'program.mjs', blockOf('js'))
    assert.equal(outcome.code, 0, outcome.stderr)
    assert.match(outcome.stderr, /^Heatflow counts how it is used/)
    assert.deepEqual(types.sort(), ['end', 'feature', 'feature', 'start'])
  })

  it('has a CommonJS program that counts as well, and prints nothing', async t => {
    const {outcome, types} = await runExample(t, 'program.cjs', blockOf('cjs'))
    assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, '', ''])
    assert.deepEqual(types, ['feature'])
  })

  it('has a row for each method and getter of a reporter, and no other', t => {
    const reporter = createLibraryReporter({project: makeProject(), world: makeWorld(t)})
    const idle = createLibraryReporter({project: '/not/there.json'})
    const body = declarations.get('Reporter') ?? ''
    const namesOf = (pattern: RegExp) => [...body.matchAll(pattern)].map(([, name]) => name ?? '').sort()
    const [getters, methods] = [namesOf(/^ {2}readonly (\w+):/gm), namesOf(/^ {2}(\w+)\(/gm)]
    assert.deepEqual([rowsBelow('Getters').sort(), rowsBelow('Methods').sort()], [getters, methods])
    for (const name of [...getters, ...methods]) {
      assert.ok(name in reporter && name in idle, name)
      assert.equal(typeof Reflect.get(reporter, name) === 'function', methods.includes(name), name)
    }
  })

  it('has each public function and type as the source declares it', () => {
    const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text]) => `\n${text}`).join('')
    const missing = [...declarations]
      .filter(([name]) => !inTables.includes(name))
      .filter(([, text]) => !blocks.includes(`\n${text}\n`))
    assert.deepEqual(Object.fromEntries(missing), {})
    for (const door of ['protocol', 'collector', 'oclif'])
      for (const [, text] of publicDeclarations(`src/${door}/index.ts`))
        if (text.startsWith('function')) assert.ok(blocks.includes(`\n${text}\n`), text)
    const known = new Set([...declarations.keys(), 'openCollector', ...publicDeclarations('src/oclif/index.ts').keys()])
    for (const [, name] of publicDeclarations('src/protocol/index.ts').entries()) known.add(nameOf(name))
    for (const [text] of blocks.matchAll(/^(?:interface|type|function) \w+/gm)) assert.ok(known.has(nameOf(text)), text)
  })

  it('explains every kind and reason of an outcome, of consent and of a flush, and no other', () => {
    const textOf = (name: string) => declarations.get(name) ?? ''
    const literals = (text: string) => [...text.matchAll(/'([\w-]+)'/g)].map(([, word]) => word ?? '')
    const members = ['RecordOutcome', 'FeatureOutcome', 'Silent', 'CloseOutcome'].flatMap(name =>
      [...textOf(name).matchAll(/kind: '([\w-]+)'(?:[;\s]+readonly reason: ((?:[\s|]*'[\w-]+')*))?/g)].flatMap(
        ([, kind, reasons]) => (reasons ? literals(reasons).map(reason => `${kind} ${reason}`) : [`${kind} `]),
      ),
    )
    const declines = literals(textOf('DeclineReason').replace(/Exclude<.*>/, '')).map(reason => `declined ${reason}`)
    const rows = sectionOf('Outcomes').matchAll(/^\| `([\w-]+)` \| (?:`([\w-]+)`|(a consent rule))?/gm)
    const explained = [...rows].map(([, kind, reason, rule]) => `${kind} ${rule === undefined ? (reason ?? '') : ''}`)
    assert.deepEqual(new Set(explained), new Set([...members, ...declines]))
    assert.deepEqual(rowsBelow('Consent'), consentReasons)
    assert.deepEqual(rowsBelow('Flush'), deliveryFailures)
  })

  it('names the doors of the package, and no other', () => {
    const {exports, oclif: _oclif} = JSON.parse(read('package.json'))
    const doors = Object.keys(exports).filter(name => !name.endsWith('.json'))
    assert.deepEqual(
      rowsBelow('Doors'),
      doors.map(name => name.replace('.', 'usage-reporter')),
    )
  })

  it('shows the hooks of the example as they are', () => {
    assert.equal(blockOf('oclif'), read('examples', 'oclif-cli', 'usage.js'))
    const {hooks} = JSON.parse(read('examples', 'oclif-cli', 'package.json')).oclif
    assert.deepEqual(JSON.parse(blockOf('json')).oclif.hooks, hooks)
  })

  it('says the bounds that the code has', () => {
    assert.ok(page.includes(`At most ${maxQueuedFeatures.toLocaleString('en')} events wait`))
    assert.ok(page.includes(`Every ${defaultCheckIntervalSeconds} s a tick`))
  })
})
