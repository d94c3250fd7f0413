#!/usr/bin/env node
// The program `usage` from its TypeScript sources: no build, no manifest. Needs the Node.js 24 of the clone.
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {isOlderThan} from './preconditions.js'

const root = fileURLToPath(new URL('..', import.meta.url))

if (isOlderThan([24, 0])) {
  const {goOnWithOwnNode} = await import('./old-node.js')
  goOnWithOwnNode(process.argv.slice(2))
} else {
  const {execute, settings} = await import('@oclif/core')
  const pjson = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
  pjson.oclif.commands.target = './src/commands'
  settings.debug = true
  settings.enableAutoTranspile = false
  await execute({loadOptions: {root, pjson, ignoreManifest: true}})
}
