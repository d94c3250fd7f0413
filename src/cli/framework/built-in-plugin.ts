import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Command} from '@oclif/core/command'
import type {Manifest, PJSON, Plugin} from '@oclif/core/interfaces'

/** Functions that load the module of a command, by the command's id. */
export type CommandLoaders = Readonly<Record<string, () => Promise<{readonly default: Command.Class}>>>

/**
 * Makes a plugin of oclif from our commands. The manifest lists them and the bundle contains them, so oclif does not
 * search the disk. Throws if package.json or the manifest cannot be read.
 *
 * @param root the folder of package.json
 */
export function builtInPlugin(root: string, loaders: CommandLoaders): Plugin {
  const pjson = readJson(join(root, 'package.json')) as PJSON
  const {commands} = readJson(join(root, 'oclif.manifest.json')) as Manifest
  const {name, version} = pjson
  const findCommand = async (id: string): Promise<Command.Class> => {
    const load = loaders[id]
    if (load === undefined) throw new Error(`the bundle does not contain the command ${id}`)
    return Object.assign((await load()).default, {id, plugin})
  }
  const plugin: Plugin = {
    _base: '',
    name,
    alias: name,
    version,
    root,
    pjson,
    isRoot: true,
    valid: true,
    options: {root},
    type: 'core',
    moduleType: 'module',
    hooks: {},
    hasManifest: true,
    commandsDir: undefined,
    commandIDs: Object.keys(commands),
    commands: Object.values(commands).map(command => ({...command, load: () => findCommand(command.id)})),
    topics: Object.entries(pjson.oclif.topics ?? {}).map(([topic, texts]) => ({...texts, name: topic})),
    findCommand,
    load: async () => {},
  }
  return plugin
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
