#!/usr/bin/env node
// The program `usage`. CommonJS, and as little as can be: the three commands that scripts call often pay for every line.
// Everything here has to parse on an old Node.js.
const args = process.argv.slice(2)

if (!isRecordedFast()) require('./run-command.js').runCommand(args)

/** Whether this was a plain start, end or feature, and is done. On any Node.js from 18 on. */
function isRecordedFast() {
  if (!['start', 'end', 'feature'].includes(args[0]) || Number.parseInt(process.versions.node, 10) < 18) return false
  try {
    const {HOME, SHELL, USAGE_LAUNCHER_PID} = process.env
    // Both say themselves whether there is anything to do.
    if (!HOME || !SHELL) require('./preconditions.js').ensureAccount()
    if (USAGE_LAUNCHER_PID) require('./preconditions.js').forgetForeignLauncher()
    return require('../dist/fast-lane.cjs').recordFast(args)
  } catch {
    return false
  }
}
