// Started by a Node.js that is too old for the command. Runs on Node.js 10: no `node:` before the names of modules.
const {spawn} = require('child_process')
const {existsSync, readFileSync} = require('fs')
const {constants} = require('os')
const {join} = require('path')
const {explainDamage, explainOldNode, forgetForeignLauncher} = require('./preconditions.js')

const root = join(__dirname, '..')
const ownNode = join(root, 'node_modules', 'node', 'bin', 'node')
const forwardedSignals = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']

/**
 * Does what can be done: a clone brings its own Node.js and goes on with that one. Elsewhere nothing is recorded, `run`
 * runs its command, and every other command is refused.
 */
exports.goOn = function goOn(args) {
  forgetForeignLauncher()
  const isChildAlready = process.env.USAGE_LAUNCHER_PID !== undefined
  if (!isChildAlready && existsSync(ownNode)) goOnWithOwnNode(args)
  else stay(args)
}

function stay(args) {
  if (args[0] !== 'run') return explainOldNode(args)
  try {
    const {commandOf, runUnrecorded} = require('../dist/run-unrecorded.cjs')
    const command = commandOf(args.slice(1))
    explainOldNode(args, command.length > 0)
    if (command.length > 0) runUnrecorded(command)
  } catch (error) {
    explainDamage(args, error)
  }
}

/**
 * Runs the same command line by the clone's own Node.js and ends exactly as it does, by exit code or by signal.
 * The child has the same descriptors, and USAGE_LAUNCHER_PID: this process is no caller of its own and pairing skips it.
 */
function goOnWithOwnNode(args) {
  const env = {...process.env, USAGE_LAUNCHER_PID: String(process.pid)}
  const child = spawn(ownNode, process.argv.slice(1), {stdio: 'inherit', env})
  child.on('error', () => stay(args))
  for (const signal of forwardedSignals) process.on(signal, () => hasItAlready(signal) || child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code
    else endBySignal(signal)
  })
}

/** What a terminal's keys send reaches every process in the foreground: the child must not get it twice. */
function hasItAlready(signal) {
  return (signal === 'SIGINT' || signal === 'SIGQUIT') && isInForeground()
}

function isInForeground() {
  try {
    // The fields after the name in parentheses: state, parent, group, session, terminal, the terminal's group.
    const stat = readFileSync('/proc/self/stat', 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[2] === fields[5]
  } catch {
    return process.stdin.isTTY === true
  }
}

function endBySignal(signal) {
  process.exitCode = 128 + constants.signals[signal]
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}
