/**
 * Builds the bundles into the folder in the first argument. `bin/run.js` loads a bundle as one function, with the code
 * cache that V8 made here. `fast-lane.cjs` records for the reporting commands and supervises commands of `usage run`; it
 * has one code cache for each of both, because every command reads its cache whole.
 * `commands.cjs` contains all commands and the framework. `run-unrecorded.cjs` is an ordinary module for old Node.js.
 */
import {spawnSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {bundleCommands} from './bundle/commands.js'
import {bundleLane, bundleUnrecordedRun} from './bundle/lane.js'
import {bundleLibrary} from './bundle/library.js'
import {licencesOf} from './bundle/licences.js'

const folder = process.argv[2]

await bundleLane(folder)
await bundleUnrecordedRun(folder)
const commands = await bundleCommands(folder)
const library = await bundleLibrary(folder)
writeFileSync(join(folder, 'third-party-licenses.txt'), licencesOf(commands, library))
for (const name of ['fast-lane', 'run-lane', 'commands']) {
  const args = [join('scripts', 'bundle', 'warm-up.js'), folder, name]
  const {status, stderr} = spawnSync(process.execPath, args, {encoding: 'utf8'})
  if (status !== 0) throw new Error(`${name} does not run: ${stderr}`)
}
