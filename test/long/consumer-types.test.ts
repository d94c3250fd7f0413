import assert from 'node:assert/strict'
import {execFile} from 'node:child_process'
import {cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {promisify} from 'node:util'
import {isolatedHome} from '../support/isolated-home.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'

const {dependencies} = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8')) as {dependencies: object}

/** A project that has installed the package: what npm packs of it, its dependencies, and the types of Node.js. */
function makeConsumer(t: TestContext, type: 'module' | 'commonjs') {
  const {home, ...rest} = isolatedHome(t, {USAGE_SENDER: '1'})
  const installed = join(home, 'node_modules', 'usage-reporter')
  for (const name of ['dist', 'package.json']) cpSync(repositoryPath(name), join(installed, name), {recursive: true})
  for (const name of [...Object.keys(dependencies), '@types/node', 'undici-types']) {
    const path = join(home, 'node_modules', name)
    mkdirSync(dirname(path), {recursive: true})
    symlinkSync(repositoryPath('node_modules', name), path)
  }
  writeFileSync(join(home, 'package.json'), JSON.stringify({name: 'consumer', type}))
  return {home, ...rest}
}

/** Uses each door by its types. `kind` narrows the unions, and a wrong value is an error. */
const program = `import {createReporter, type DeclineReason, type Reporter} from 'usage-reporter'
import {collectionVersion, parseReport} from 'usage-reporter/protocol'
import {oclifHooks, prerun} from 'usage-reporter/oclif'
import {openCollector, type CollectorOptions} from 'usage-reporter/collector'

const reporter: Reporter = createReporter({project: {project: 'demo'}})
const outcome = reporter.feature({name: 'Load.v1', durationSeconds: 1})
const why: DeclineReason | null = outcome.kind === 'declined' ? outcome.reason : null
const started = reporter.start({fields: {cells: 1}})
const run: string | null = started.kind === 'recorded' ? started.run : null
export function mistakes(): void {
  // @ts-expect-error the value has a unit in its name
  reporter.feature({name: 'Load.v1', duration: 1})
  // @ts-expect-error a getter is not called
  reporter.enabled()
}
export const all = [why, run, collectionVersion, parseReport, prerun, oclifHooks({version: '1'}), openCollector]
export type Options = CollectorOptions
console.log(typeof createReporter, reporter.problem === null, why)
`

/** Each way in which TypeScript finds the types of a package for a Node.js that this package supports. */
const modes = [
  {module: 'nodenext', type: 'module'},
  {module: 'nodenext', type: 'commonjs'},
  {module: 'node20', type: 'module'},
  {module: 'node20', type: 'commonjs'},
  {module: 'node16', type: 'module'},
  {module: 'esnext', moduleResolution: 'bundler', type: 'module'},
  {module: 'commonjs', moduleResolution: 'bundler', type: 'commonjs'},
] as const

/** Compiles the program. Resolves to what the compiler says. */
async function compile(home: string, mode: object): Promise<string> {
  writeFileSync(join(home, 'program.ts'), program)
  const compilerOptions = {...mode, target: 'es2023', strict: true, types: ['node'], skipLibCheck: false}
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({compilerOptions, files: ['program.ts']}))
  const tsc = repositoryPath('node_modules', '.bin', 'tsc')
  const {stdout} = await promisify(execFile)(tsc, ['-p', home], {cwd: home}).catch(error => error)
  return stdout
}

describe('the types of the package', {concurrency: 2}, () => {
  for (const {type, ...mode} of modes)
    it(`resolve in a ${type} project with ${JSON.stringify(mode)}, and the program runs`, async t => {
      const home = makeConsumer(t, type)
      assert.equal(await compile(home.home, mode), '')
      const outcome = await runProgram(home, [process.execPath, 'program.js'])
      assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, 'function false project-file\n', ''])
    })

  it('are refused for CommonJS with node16, which cannot require an ES module, and for nothing else', async t => {
    const said = await compile(makeConsumer(t, 'commonjs').home, {module: 'node16'})
    assert.deepEqual(new Set(said.match(/TS\d+/g)), new Set(['TS1479']))
  })
})
