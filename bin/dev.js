#!/usr/bin/env node
// Runs `usage` from its TypeScript sources, without build and manifest. Requires the Node.js 24 of the clone.
const {isOlderThan} = require('./preconditions.js')

if (isOlderThan([24, 0])) require('./old-node.js').runOnOldNode(process.argv.slice(2))
else runFromSources()

async function runFromSources() {
  const {readFileSync} = require('node:fs')
  const {join} = require('node:path')
  const {execute, settings} = await import('@oclif/core')
  const root = join(__dirname, '..')
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  pjson.oclif.commands.target = './src/commands'
  settings.debug = true
  settings.enableAutoTranspile = false
  await execute({loadOptions: {root, pjson, ignoreManifest: true}})
}
