#!/usr/bin/env node
// The program `usage`. Everything here has to parse on an old Node.js, so that it can say what is wrong.
import {existsSync, fstatSync, statSync} from 'node:fs'
import {createRequire} from 'node:module'
import {fileURLToPath} from 'node:url'
import {ensureAccount, explainNotBuilt, isOlderThan, isPatient, wantedNode} from './preconditions.js'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const args = process.argv.slice(2)

// Set by old-node.js for its child alone: what a grandchild inherits of it is not true there.
if (process.env.USAGE_LAUNCHER_PID !== String(process.ppid)) delete process.env.USAGE_LAUNCHER_PID

if (isRecordedFast()) {
  // Done: a plain start, end or feature needs nothing more.
} else if (isOlderThan(wantedNode(args[0]))) {
  import('./old-node.js').then(({goOnWithOwnNode}) => goOnWithOwnNode(args))
} else if (!existsSync(dist)) {
  explainNotBuilt(args)
} else {
  ensureAccount()
  const root = fileURLToPath(new URL('..', import.meta.url))
  import('../dist/cli/main.js').then(({main}) => main(args, {root, isPatient: isPatient(args)}))
}

/** The three commands that scripts call often have a lane of their own, on any Node.js from 18 on. */
function isRecordedFast() {
  if (!['start', 'end', 'feature'].includes(args[0]) || isOlderThan([18, 0])) return false
  try {
    // A terminal is told what is wrong, by the other lane. `process.stderr.isTTY` would load the sockets to say it.
    const output = fstatSync(2)
    if (output.isCharacterDevice() && output.rdev !== statSync('/dev/null').rdev) return false
    ensureAccount()
    return createRequire(import.meta.url)('../dist/fast-lane.cjs').recordFast(args)
  } catch {
    return false
  }
}
