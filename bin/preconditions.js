// What has to be there before the program itself can be loaded. Parses on an old Node.js; kept free of dependencies.

const {homedir, userInfo} = require('node:os')

/** Record only: whatever is wrong, the script that calls them goes on (exit 0, nothing on stdout). */
const reportingCommands = ['start', 'end', 'feature']
/** They need the SQLite and the type of worker that came with Node.js 24. */
const maintainerCommands = ['collect', 'stats', 'import', 'export']

const nextNode = 'Install Node.js 22.13 or newer (24 or newer for collect, stats, import and export).'
const nextInstallation = 'Install the program again; in a clone, run `npm run build`.'
const nextBuild = 'Run `npm start` or `npm run build` in the clone.'

/** The oldest Node.js, as [major, minor], that can run a command. */
const wantedNode = command => (maintainerCommands.includes(command) ? [24, 0] : [22, 13])

/** Whether the Node.js that runs this is older than [major, minor]. */
function isOlderThan([wantedMajor, wantedMinor]) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor)
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
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  const isStrict = options.includes('--strict') || process.env.USAGE_STRICT === '1'
  return reportingCommands.includes(args[0]) && !isStrict
}

/** Ends the process: the Node.js that runs it is too old and there is no other. */
function explainOldNode(args) {
  const wanted = wantedNode(args[0]).join('.')
  const message = `wanted Node.js ${wanted} or newer, got ${process.versions.node} (${process.execPath})`
  explain(args, {code: 'USAGE_NODE_TOO_OLD', message, next: nextNode})
}

/** Ends the process: there is no dist/ to run. */
function explainNotBuilt(args) {
  explain(args, {
    code: 'USAGE_NOT_BUILT',
    message: 'wanted a built program, got a clone without dist/',
    next: nextBuild,
  })
}

/** Ends the process: files of the program are missing or damaged, so that it cannot be loaded. */
function explainDamage(args, thrown) {
  const came = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0]
  const message = `wanted a whole installation, got: ${came}`
  explain(args, {code: 'USAGE_INSTALLATION_DAMAGED', message, next: nextInstallation}, 1)
}

function explain(args, error, exit = 2) {
  const isHeard = !isPatient(args) || process.env.USAGE_DEBUG === '1' || process.stderr.isTTY
  if (isHeard) process.stderr.write(`${error.code}: ${error.message}. ${error.next}\n`)
  const isReporting = reportingCommands.includes(args[0])
  if (!isReporting && args.includes('--json')) process.stdout.write(`${JSON.stringify({error}, null, 2)}\n`)
  process.exitCode = isPatient(args) ? 0 : exit
}

module.exports = {
  ensureAccount,
  explainDamage,
  explainNotBuilt,
  explainOldNode,
  forgetForeignLauncher,
  isOlderThan,
  isPatient,
  wantedNode,
}
