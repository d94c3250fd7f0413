import {fileURLToPath} from 'node:url'
import {Plugin} from '@oclif/core'

/** The manifest that spares the program from loading every command: path in the repository → content. Needs dist/. */
export async function generateManifest(): Promise<Map<string, string>> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const plugin = new Plugin({
    root,
    type: 'core',
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  const commands = Object.entries(plugin.manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1))
  const manifest = {...plugin.manifest, commands: Object.fromEntries(commands)}
  return new Map([['oclif.manifest.json', `${JSON.stringify(manifest, null, 2)}\n`]])
}
