// Checks before the program is loaded. Must run on Node.js 10: no `node:` prefix in module names.
const {homedir, userInfo} = require('os')

/** Commands that must not fail the script that calls them: exit code 0, nothing on stdout. */
const reportingCommands = ['start', 'end', 'feature']
/** Commands that require the SQLite and the worker type of Node.js 24. */
const maintainerCommands = ['collect', 'stats', 'import', 'export']

const nextNode = 'Install Node.js 22.13 or newer (24 or newer for collect, stats, import and export).'
const nextInstallation = 'Install the program again. In a clone, run `npm run build`.'
const nextBuild = 'Run `npm start` or `npm run build` in the clone.'

/** The oldest Node.js, as [major, minor], that can run a command. */
const oldestNode = command => (maintainerCommands.includes(command) ? [24, 0] : [22, 13])

/** Whether this Node.js is older than [major, minor]. */
function isOlderThan([oldestMajor, oldestMinor]) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor)
}

/**
 * Sets HOME and SHELL for a user without an entry in passwd, as in some containers. Libraries read them when they are
 * loaded and would fail. The home cannot exist, so nothing is written there.
 */
function ensureAccount() {
  try {
    homedir()
  } catch {
    process.env.HOME = '/dev/null/home'
  }
  if (process.env.SHELL) return
  try {
    userInfo()
  } catch {
    process.env.SHELL = '/bin/sh'
  }
}

/**
 * Removes USAGE_LAUNCHER_PID if it is inherited from further up: old-node.js sets it only for its own child. A launcher
 * that was killed before this line has another parent in its place: a command that would not end by itself keeps it.
 */
function forgetForeignLauncher() {
  const launcher = process.env.USAGE_LAUNCHER_PID
  if (launcher === undefined || launcher === String(process.ppid)) return
  const endsSoon = ['run', ...reportingCommands].includes(process.argv[2])
  if (endsSoon || isAlive(Number(launcher))) delete process.env.USAGE_LAUNCHER_PID
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}

/** Whether the command must not fail: it is a reporting command without --strict. */
function isPatient(args) {
  return reportingCommands.includes(args[0]) && !isStrict(args)
}

function isStrict(args) {
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  return options.includes('--strict') || process.env.USAGE_STRICT === '1'
}

/**
 * Prints that Node.js is too old, and sets the exit code. Reporting commands print it only with USAGE_DEBUG or
 * --strict: otherwise a script would print it for each call.
 *
 * @param isRunning whether this is `run` and its command runs anyway
 */
function explainOldNode(args, isRunning = false) {
  const oldest = oldestNode(args[0]).join('.')
  const message = `Node.js must be version ${oldest} or newer, got ${process.versions.node} (${process.execPath})`
  const isQuiet = (isRunning || reportingCommands.includes(args[0])) && !isStrict(args)
  const error = {code: 'USAGE_NODE_TOO_OLD', message, next: nextNode}
  explain(args, error, {isHeard: !isQuiet || process.env.USAGE_DEBUG === '1'})
}

/** Prints that dist/ is missing, and sets the exit code. */
function explainNotBuilt(args) {
  explain(args, {
    code: 'USAGE_NOT_BUILT',
    message: 'the clone is not built: dist/ is missing',
    next: nextBuild,
  })
}

/** Prints that files of the program are missing or damaged, and sets the exit code. */
function explainDamage(args, thrown) {
  const cause = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0]
  const message = `the installation is damaged: ${cause}`
  explain(args, {code: 'USAGE_INSTALLATION_DAMAGED', message, next: nextInstallation}, {exit: 1})
}

/**
 * Prints an error on stderr and sets the exit code. With --json, commands that answer also print it as JSON on stdout.
 */
function explain(args, error, {exit = 2, isHeard = isHeardBy(args)} = {}) {
  if (isHeard) process.stderr.write(`${error.code}: ${error.message}. ${error.next}\n`)
  const isAnswering = ![...reportingCommands, 'run'].includes(args[0])
  if (isAnswering && args.includes('--json')) process.stdout.write(`${JSON.stringify({error}, null, 2)}\n`)
  process.exitCode = isPatient(args) ? 0 : exit
}

const isHeardBy = args => !isPatient(args) || process.env.USAGE_DEBUG === '1' || process.stderr.isTTY

module.exports = {
  ensureAccount,
  explainDamage,
  explainNotBuilt,
  explainOldNode,
  forgetForeignLauncher,
  isOlderThan,
  isPatient,
  oldestNode,
}
