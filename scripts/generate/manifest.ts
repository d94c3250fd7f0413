import {fileURLToPath} from 'node:url'
import {Plugin} from '@oclif/core'

/**
 * Generates the manifest: path in the repository → content. With it, the program does not load every command. Needs
 * dist/.
 */
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
