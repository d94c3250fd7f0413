#!/usr/bin/env node
// The program `usage`. CommonJS and short: every line delays the three commands that scripts call often.
// This file and old-node.js must run on Node.js 10.
const args = process.argv.slice(2)
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 13)) require('./old-node.js').runOnOldNode(args)
else if (!isDoneFast()) require('./run-command.js').runCommand(args, loadBuilt)

/** Runs a simple start, end, feature or run in the fast lane. False: the framework has to run the command. */
function isDoneFast() {
  const [command] = args
  if (!['start', 'end', 'feature', 'run'].includes(command)) return false
  try {
    const {HOME, SHELL, USAGE_LAUNCHER_PID} = process.env
    // Both functions check whether they have to do something.
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
  const run = loadBuilt('fast-lane', 'run-lane').beginRun(args.slice(1))
  if (run !== null) warn(run.warnings).then(run.supervise)
  return run !== null
}

/** Prints warnings if standard error is a terminal. Never rejects. */
async function warn(warnings) {
  if (warnings.length === 0) return
  try {
    const {writeWarnings} = await import('../dist/cli/framework/write-warnings.js')
    writeWarnings(warnings)
  } catch {
    // A warning that cannot be printed is lost.
  }
}

/** Loads a bundle with V8's compiled code, if it was built by the same Node.js. `require` would take 2 ms more. */
function loadBuilt(name, code = name) {
  const {readFileSync} = require('node:fs')
  const {Script} = require('node:vm')
  const dist = `${__dirname.slice(0, -3)}dist`
  const filename = `${dist}/${name}.cjs`
  let cachedData
  try {
    cachedData = wholeOf(readFileSync(`${dist}/${code}-${process.version}-${process.platform}-${process.arch}.code`))
  } catch {
    // There is no compiled code of this Node.js.
  }
  const bundle = {exports: {}}
  const script = new Script(readFileSync(filename, 'utf8'), {filename, cachedData})
  script.runInThisContext()(bundle, require, dist, specifier => import(specifier))
  return bundle.exports
}

/**
 * The compiled code from a file that contains it twice. Undefined: the copies differ, so the file is damaged. V8 does
 * not check compiled code, and a flipped bit would crash the process. Comparing two copies takes 0.2 ms, a checksum in
 * JavaScript 2 ms.
 */
function wholeOf(twice) {
  const code = twice.subarray(0, twice.length / 2)
  return code.length > 0 && code.equals(twice.subarray(code.length)) ? code : undefined
}
