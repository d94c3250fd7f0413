#!/usr/bin/env node
// The program `usage`. Everything here has to parse on an old Node.js, so that it can say what is wrong.
import {existsSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {ensureAccount, explainNotBuilt, isOlderThan, isPatient, wantedNode} from './preconditions.js'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const args = process.argv.slice(2)

// Set by old-node.js for its child alone: what a grandchild inherits of it is not true there.
if (process.env.USAGE_LAUNCHER_PID !== String(process.ppid)) delete process.env.USAGE_LAUNCHER_PID

if (isOlderThan(wantedNode(args[0]))) {
  import('./old-node.js').then(({goOnWithOwnNode}) => goOnWithOwnNode(args))
} else if (!existsSync(dist)) {
  explainNotBuilt(args)
} else {
  ensureAccount()
  const root = fileURLToPath(new URL('..', import.meta.url))
  import('../dist/cli/main.js').then(({main}) => main(args, {root, isPatient: isPatient(args)}))
}
