import {readFileSync} from 'node:fs'
import {posix} from 'node:path'
import {repositoryPath} from './repository.ts'

const read = (path: string): string => readFileSync(repositoryPath(path), 'utf8')

interface Export {
  /** The name in its source, and the public one. */
  readonly own: string
  readonly name: string
  readonly path: string
}

/** The names that a module of src exports, each with its declaration, by the public names and without the comments. */
export function publicDeclarations(door: string): ReadonlyMap<string, string> {
  const renamed = exportsOf('src/index.ts').filter(({own, name}) => own !== name)
  const rename = (text: string, {own, name}: Export) => text.replaceAll(new RegExp(`\\b${own}\\b`, 'g'), name)
  return new Map(
    exportsOf(door).map(({own, name, path}) => [name, renamed.reduce(rename, declarationOf(read(path), own))]),
  )
}

function exportsOf(door: string): readonly Export[] {
  return [...read(door).matchAll(/export (?:type )?\{([^}]*)\} from '([^']+)'/g)].flatMap(([, names = '', from = '']) =>
    names.split(',').flatMap(one => {
      const [, own, alias] = /^\s*(?:type )?(\w+)(?: as (\w+))?\s*$/.exec(one) ?? []
      const path = posix.join(posix.dirname(door), from)
      return own === undefined ? [] : [{own, name: alias ?? own, path}]
    }),
  )
}

/** The declaration of an exported name in a source, without `export` and comments. A function is its signature. */
export function declarationOf(source: string, name: string): string {
  const plain = source.replaceAll(/^ *\/\*\*[\s\S]*?\*\/\n/gm, '').replaceAll(/^ *\/\/.*\n/gm, '')
  const forms = [
    `interface ${name}\\b[\\s\\S]*?^\\}`,
    `type ${name}\\b[\\s\\S]*?(?=\\n\\n|\\nexport|\\nconst|$(?![\\s\\S]))`,
  ]
  const [found] = new RegExp(`^export (?:${forms.join('|')})`, 'm').exec(plain) ?? []
  if (found !== undefined) return found.replace('export ', '')
  const [signature = `no declaration of ${name}`] =
    new RegExp(`^export (?:async )?function ${name}\\([\\s\\S]*?(?= \\{$)`, 'm').exec(plain) ?? []
  return signature.replace(/^export (?:async )?/, '')
}
