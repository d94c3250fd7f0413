// Started by an old Node.js: a clone brings its own, and the program goes on with that one. Parses on an old Node.js.
const {spawn} = require('node:child_process')
const {existsSync, readFileSync} = require('node:fs')
const {constants} = require('node:os')
const {join} = require('node:path')
const {explainOldNode} = require('./preconditions.js')

const ownNode = join(__dirname, '..', 'node_modules', 'node', 'bin', 'node')
const forwardedSignals = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']

/**
 * Runs the same command line by the clone's own Node.js and ends exactly as it does, by exit code or by signal.
 * The child has the same descriptors, and USAGE_LAUNCHER_PID: this process is no caller of its own and pairing skips it.
 */
exports.goOnWithOwnNode = function goOnWithOwnNode(args) {
  const isChildAlready = process.env.USAGE_LAUNCHER_PID !== undefined
  if (isChildAlready || !existsSync(ownNode)) return explainOldNode(args)
  const env = {...process.env, USAGE_LAUNCHER_PID: String(process.pid)}
  const child = spawn(ownNode, process.argv.slice(1), {stdio: 'inherit', env})
  child.on('error', () => explainOldNode(args))
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
