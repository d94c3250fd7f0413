/**
 * Runs the most frequent commands of a bundle in a temporary home, and writes the code cache of V8 beside the bundle.
 * Commands then compile nothing. Another version of Node.js ignores the file and compiles the bundle.
 */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {pathToFileURL} from 'node:url'
import {Script} from 'node:vm'

const [folder, name] = process.argv.slice(2)
const runs = {'fast-lane': recordAll, 'run-lane': runCommand, commands: answerAll}
const filename = join(folder, name === 'run-lane' ? 'fast-lane.cjs' : `${name}.cjs`)
const script = new Script(readFileSync(filename, 'utf8'), {filename})
const bundle = {exports: {}}
script.runInThisContext()(bundle, createRequire(import.meta.url), folder, specifier => import(specifier))

const home = mkdtempSync(join(tmpdir(), 'usage-warm-up-'))
try {
  const path = join(home, 'usage.project.json')
  const field = {type: 'integer', description: 'A number'}
  const features = {names: ['Load.v1'], details: {size: field}}
  const endpoint = {http: 'http://127.0.0.1:9'}
  const project = {project: 'demo', contact: 'demo', purpose: ['demo'], endpoint, fields: {size: field}, features}
  writeFileSync(path, JSON.stringify(project))
  const variables = {HOME: home, SHELL: '/bin/sh', USAGE_PROJECT_FILE: path, USAGE_CONSENT: '', USAGE_SENDER: '1'}
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, variables)
  await useForTheFirstTime(path)
  await runs[name](bundle.exports)
} finally {
  rmSync(home, {recursive: true, force: true})
}
const version = `${process.version}-${process.platform}-${process.arch}`
const code = script.createCachedData()
// Two copies: bin/run.js uses the code only if both are equal, because V8 would run damaged code.
writeFileSync(join(folder, `${name}-${version}.code`), Buffer.concat([code, code]))
// The other commands must load too.
for (const load of Object.values(bundle.exports.commands ?? {})) await load()

/**
 * Does the work of a first use outside the bundle. Otherwise its code would enlarge the code cache, which every command
 * reads.
 */
async function useForTheFirstTime(project) {
  const module = pathToFileURL(resolve(folder, 'reporter', 'program', 'library-reporter.js')).href
  const {createLibraryReporter} = await import(module)
  const reporter = createLibraryReporter({project})
  const outcomes = [reporter.noticeShown(), reporter.start().kind === 'recorded', reporter.end().kind === 'recorded']
  await reporter.close()
  if (outcomes.includes(false)) throw new Error('the first use was not recorded')
}

function recordAll({recordFast}) {
  for (let round = 0; round < 2; round++) {
    recordFast(['start', '--script', 'job.sh', '--app-version', '1.2.3', '--field', 'size=1'])
    recordFast(['feature', 'Load.v1', '--type', 'Feature', '--duration', '0.5', '--detail', 'size=1'])
    recordFast(['end', '--exit-code', '0'])
  }
}

/** The run is last, because it closes stdout and stderr. */
async function runCommand(lanes) {
  recordAll(lanes)
  await lanes.beginRun(['--app-version', '1.2.3', '--field', 'size=1', '--', process.execPath, '-e', '0']).supervise()
}

async function answerAll({main, commands}) {
  for (const args of [['start'], ['feature', 'Load.v1'], ['status'], ['log']])
    await main(args, {root: process.cwd(), isPatient: false, commands})
  if (process.exitCode) throw new Error(`exit code ${process.exitCode}`)
}
