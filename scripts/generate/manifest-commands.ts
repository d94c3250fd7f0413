import {readFileSync} from 'node:fs'
import type {Manifest} from '@oclif/core/interfaces'

/** A flag or an argument, as completions and the man page need it. */
export interface Input {
  readonly name: string
  readonly description: string
  /** The placeholder of its value; null for a flag without a value. */
  readonly value: string | null
  /** The only values that are valid; empty where others are. */
  readonly options: readonly string[]
  readonly isRepeatable: boolean
}

export interface DescribedCommand {
  /** The words that are typed, and the other names of the command. */
  readonly names: readonly string[]
  readonly summary: string
  readonly description: string
  readonly args: readonly Input[]
  readonly flags: readonly Input[]
}

interface Listed {
  readonly name: string
  readonly description?: string
  readonly helpValue?: string
  readonly options?: readonly string[]
  readonly multiple?: boolean
  readonly allowNo?: boolean
  readonly type?: string
}

/** The commands of the manifest on disk, by name. */
export function readCommands(): DescribedCommand[] {
  const manifest = new URL('../../oclif.manifest.json', import.meta.url)
  const {commands} = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest
  return Object.values(commands).map(({id, aliases, summary, description, args, flags}) => ({
    names: [id, ...(aliases ?? [])].map(name => name.replaceAll(':', ' ')),
    summary: summary ?? '',
    description: plain(description ?? ''),
    args: Object.values(args as Record<string, Listed>).map(arg => ({...describe(arg), value: arg.name.toUpperCase()})),
    flags: [
      ...Object.values(flags as Record<string, Listed>)
        .filter(({name}) => name !== 'json')
        .flatMap(flag =>
          flag.allowNo ? [describe(flag), describe({...flag, name: `no-${flag.name}`})] : [describe(flag)],
        ),
      ...('json' in flags ? [jsonFlag] : []),
      helpFlag,
    ],
  }))
}

const jsonFlag: Input = described('json', 'print the answer as one JSON document')
const helpFlag: Input = described('help', 'print help')

function described(name: string, description: string): Input {
  return {name, description, value: null, options: [], isRepeatable: false}
}

function describe({name, description, helpValue, options, multiple, type}: Listed): Input {
  return {
    name,
    description: plain(description ?? ''),
    value: type === 'boolean' ? null : (helpValue ?? 'VALUE'),
    options: options ?? [],
    isRepeatable: multiple === true,
  }
}

/** Texts of the manifest name the program by a template. */
export const plain = (text: string): string => text.replaceAll('<%= config.bin %>', 'usage').replace(/\s+/g, ' ')
