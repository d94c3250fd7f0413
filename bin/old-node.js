// Loaded if Node.js is too old for the command. Must run on Node.js 10: no `node:` prefix in module names.
const {spawn} = require('child_process')
const {existsSync, readFileSync} = require('fs')
const {constants} = require('os')
const {join} = require('path')
const {explainDamage, explainOldNode, forgetForeignLauncher} = require('./preconditions.js')

const root = join(__dirname, '..')
const ownNode = join(root, 'node_modules', 'node', 'bin', 'node')
const forwardedSignals = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']

/**
 * Runs the command with the Node.js of the clone, if there is one. Otherwise nothing is recorded: `run` runs its
 * command, and other commands print an error.
 */
exports.runOnOldNode = function runOnOldNode(args) {
  forgetForeignLauncher()
  const isChildAlready = process.env.USAGE_LAUNCHER_PID !== undefined
  if (!isChildAlready && existsSync(ownNode)) runWithOwnNode(args)
  else stayOnOldNode(args)
}

function stayOnOldNode(args) {
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
 * Runs the same command line with the Node.js of the clone, and ends with its exit code or signal. The child inherits
 * the standard streams. USAGE_LAUNCHER_PID tells it to skip this process when it pairs runs.
 */
function runWithOwnNode(args) {
  const env = {...process.env, USAGE_LAUNCHER_PID: String(process.pid)}
  const child = spawn(ownNode, process.argv.slice(1), {stdio: 'inherit', env})
  child.on('error', () => stayOnOldNode(args))
  for (const signal of forwardedSignals) process.on(signal, () => hasItAlready(signal) || child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code
    else endBySignal(signal)
  })
}

/** Whether the terminal sends the signal to the child too, because both are in the foreground. */
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
