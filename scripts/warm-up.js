/**
 * Runs the fast lane of a folder once for each command, in a home of its own, and keeps the code that V8 made: a command
 * then compiles nothing. Another version of Node.js passes the file over and compiles for itself.
 */
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Script} from 'node:vm'

const folder = process.argv[2]
const filename = join(folder, 'fast-lane.cjs')
const script = new Script(readFileSync(filename, 'utf8'), {filename})
const lane = {exports: {}}
script.runInThisContext()(lane, createRequire(import.meta.url), folder)

const home = mkdtempSync(join(tmpdir(), 'usage-warm-up-'))
try {
  const path = join(home, 'usage.project.json')
  const field = {type: 'integer', description: 'A number'}
  const features = {names: ['Load.v1'], details: {size: field}}
  const endpoint = {http: 'http://127.0.0.1:9'}
  const project = {project: 'demo', contact: 'demo', purpose: ['demo'], endpoint, fields: {size: field}, features}
  writeFileSync(path, JSON.stringify(project))
  const variables = {HOME: home, USAGE_PROJECT_FILE: path, USAGE_CONSENT: '', USAGE_SENDER: '1'}
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, variables)
  const {recordFast} = lane.exports
  for (let round = 0; round < 2; round++) {
    recordFast(['start', '--script', 'job.sh', '--app-version', '1.2.3', '--field', 'size=1'])
    recordFast(['feature', 'Load.v1', '--type', 'Feature', '--duration', '0.5', '--detail', 'size=1'])
    recordFast(['end', '--exit-code', '0'])
  }
} finally {
  rmSync(home, {recursive: true, force: true})
}
const version = `${process.version}-${process.platform}-${process.arch}`
const code = script.createCachedData()
// Twice: bin/run.js takes it only if both are the same, because V8 would run damaged code as well.
writeFileSync(join(folder, `fast-lane-${version}.code`), Buffer.concat([code, code]))
