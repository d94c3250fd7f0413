// What must exist before the program itself can be loaded. Runs on Node.js 10: no `node:` before the names of modules.
const {homedir, userInfo} = require('os')

/** Record only: whatever is wrong, the script that calls them goes on (exit 0, nothing on stdout). */
const reportingCommands = ['start', 'end', 'feature']
/** They need the SQLite and the type of worker that came with Node.js 24. */
const maintainerCommands = ['collect', 'stats', 'import', 'export']

const nextNode = 'Install Node.js 22.13 or newer (24 or newer for collect, stats, import and export).'
const nextInstallation = 'Install the program again. In a clone, run `npm run build`.'
const nextBuild = 'Run `npm start` or `npm run build` in the clone.'

/** The oldest Node.js, as [major, minor], that can run a command. */
const oldestNode = command => (maintainerCommands.includes(command) ? [24, 0] : [22, 13])

/** Whether the Node.js that runs this is older than [major, minor]. */
function isOlderThan([oldestMajor, oldestMinor]) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor)
}

/**
 * Gives a container's user without an entry in passwd a home that cannot exist, and a shell: libraries ask for them while
 * they are loaded, and fail without. Nothing will be written there.
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

/** USAGE_LAUNCHER_PID is set by old-node.js for its child alone: what a grandchild inherits of it is not true there. */
function forgetForeignLauncher() {
  if (process.env.USAGE_LAUNCHER_PID !== String(process.ppid)) delete process.env.USAGE_LAUNCHER_PID
}

/** Whether the command must not fail whatever goes wrong: it reports, and nobody asked for strictness. */
function isPatient(args) {
  return reportingCommands.includes(args[0]) && !isStrict(args)
}

function isStrict(args) {
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  return options.includes('--strict') || process.env.USAGE_STRICT === '1'
}

/**
 * Explains that the Node.js that runs the program is too old and that there is no other. A script on such a machine would
 * print this with each of its calls: a reporting command says it under USAGE_DEBUG and --strict alone.
 *
 * @param isGoingOn whether this is `run`, and its command runs all the same
 */
function explainOldNode(args, isGoingOn = false) {
  const oldest = oldestNode(args[0]).join('.')
  const message = `Node.js must be version ${oldest} or newer, got ${process.versions.node} (${process.execPath})`
  const isQuiet = (isGoingOn || reportingCommands.includes(args[0])) && !isStrict(args)
  const error = {code: 'USAGE_NODE_TOO_OLD', message, next: nextNode}
  explain(args, error, {isHeard: !isQuiet || process.env.USAGE_DEBUG === '1'})
}

/** Ends the process: there is no dist/ to run. */
function explainNotBuilt(args) {
  explain(args, {
    code: 'USAGE_NOT_BUILT',
    message: 'the clone is not built: dist/ is missing',
    next: nextBuild,
  })
}

/** Ends the process: files of the program are missing or damaged, so that it cannot be loaded. */
function explainDamage(args, thrown) {
  const came = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0]
  const message = `the installation is damaged: ${came}`
  explain(args, {code: 'USAGE_INSTALLATION_DAMAGED', message, next: nextInstallation}, {exit: 1})
}

/** Writes one line for people, or the JSON document that was asked for, and sets the exit code. */
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
