#!/usr/bin/env node
// The program `usage`. CommonJS, and as little as can be: the three commands that scripts call often pay for every line.
// This file and old-node.js have to run on Node.js 10.
const args = process.argv.slice(2)
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 13)) require('./old-node.js').goOn(args)
else if (!isDoneFast()) require('./run-command.js').runCommand(args, loadBuilt)

/** Whether this was a plain start, end, feature or run, and is done or under way. */
function isDoneFast() {
  const [command] = args
  if (!['start', 'end', 'feature', 'run'].includes(command)) return false
  try {
    const {HOME, SHELL, USAGE_LAUNCHER_PID} = process.env
    // Both say themselves whether there is anything to do.
    if (!HOME || !SHELL) require('./preconditions.js').ensureAccount()
    if (USAGE_LAUNCHER_PID) require('./preconditions.js').forgetForeignLauncher()
    return command === 'run' ? isRunFast() : isRecordedFast()
  } catch {
    return false
  }
}

function isRecordedFast() {
  const warnings = loadBuilt('fast-lane').recordFast(args)
  if (warnings !== null) warn(warnings)
  return warnings !== null
}

function isRunFast() {
  const run = loadBuilt('fast-lane').beginRun(args.slice(1))
  if (run !== null) warn(run.warnings).then(run.supervise)
  return run !== null
}

/** Never rejects. */
async function warn(warnings) {
  if (warnings.length === 0) return
  try {
    const {writeWarnings} = await import('../dist/cli/framework/write-warnings.js')
    writeWarnings(warnings)
  } catch {
    // What cannot be said is not said.
  }
}

/** A bundle, with what V8 made of it when it was built, if this is the same Node.js. `require` would cost 2 ms more. */
function loadBuilt(name) {
  const {readFileSync} = require('node:fs')
  const {Script} = require('node:vm')
  const dist = `${__dirname.slice(0, -3)}dist`
  const filename = `${dist}/${name}.cjs`
  let cachedData
  try {
    cachedData = wholeOf(readFileSync(`${dist}/${name}-${process.version}-${process.platform}-${process.arch}.code`))
  } catch {
    // Built by another one.
  }
  const bundle = {exports: {}}
  const script = new Script(readFileSync(filename, 'utf8'), {filename, cachedData})
  script.runInThisContext()(bundle, require, dist, specifier => import(specifier))
  return bundle.exports
}

/**
 * The code of a file that holds it twice; undefined: the file is damaged. V8 does not look before it runs what it is
 * given, and a flipped bit would kill the process. A sum in JavaScript takes 2 ms here, reading and comparing the copy 0.2.
 */
function wholeOf(twice) {
  const code = twice.subarray(0, twice.length / 2)
  return code.length > 0 && code.equals(twice.subarray(code.length)) ? code : undefined
}
