import assert from 'node:assert/strict'
import {copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {maxQueuedFeatures} from '../src/reporter/program/feature-queue.ts'
import {createLibraryReporter} from '../src/reporter/program/library-reporter.ts'
import {defaultCheckIntervalSeconds} from '../src/reporter/program/program-options.ts'
import {isolatedHome} from './support/isolated-home.ts'
import {makeProject} from './support/make-project.ts'
import {makeWorld} from './support/make-world.ts'
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

  it('has a row for each method and value of a reporter, and no other', t => {
    const reporter = createLibraryReporter({project: makeProject(), world: makeWorld(t)})
    const idle = createLibraryReporter({project: '/not/there.json'})
    const source = read('src', 'reporter', 'program', 'library-reporter.ts')
    const [body = ''] = /^export interface LibraryReporter \{[\s\S]*?^\}$/m.exec(source) ?? []
    const declared = body.matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)
    const names = [...new Set([...declared].map(([, name]) => name ?? ''))]
    assert.deepEqual(rowsBelow('Methods').sort(), names.toSorted())
    for (const name of names) assert.ok(name in reporter && name in idle, name)
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
