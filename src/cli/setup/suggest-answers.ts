import {basename, join} from 'node:path'
import {readPlainFile} from '../../reporter/world/files.ts'
import {type AnswerKey, type GivenAnswers, problemOf} from './make-project.ts'

/** What a description of the software beside the project file says about it. */
interface Found {
  readonly name?: string | undefined
  readonly contact?: string | undefined
}

/** The files that describe software, the one whose name people know best first. */
const descriptions: readonly (readonly [file: string, read: (text: string) => Found])[] = [
  ['CITATION.cff', readCitation],
  ['pyproject.toml', readPyproject],
  ['package.json', readPackage],
]

/**
 * Suggests answers for a project in a folder, of a given name or the one that is found there. A suggestion that is not
 * valid is left out. Reads files, writes none.
 */
export function suggestAnswers(folder: string, given?: string): GivenAnswers {
  const found = descriptions.map(([file, read]) => readFound(join(folder, file), read))
  const names = [...(given === undefined ? found.map(one => one.name) : [given]), basename(folder)]
  const isValid = (key: 'name' | 'project', text = '') => problemOf(key, text) === null
  const name = given ?? names.find(one => isValid('name', one)) ?? basename(folder)
  const id = [name, ...names].map(one => toId(one ?? '')).find(one => isValid('project', one)) ?? ''
  return {
    ...suggest('name', name),
    ...suggest('project', id),
    ...suggest('contact', found.find(one => one.contact !== undefined)?.contact ?? ''),
    ...suggest('purpose', suggestPurposes(name)),
    endpoint: 'http://127.0.0.1:8080',
    consent: 'opt-out',
  }
}

/** The questions that most projects have to answer, as sentences for users. */
export const suggestPurposes = (name: string): string[] => [
  `How many people use ${name}`,
  'How long its runs take',
  'How many runs fail, and how',
]

function suggest<K extends AnswerKey>(key: K, value: NonNullable<GivenAnswers[K]>): GivenAnswers {
  return problemOf(key, value) === null ? {[key]: value} : {}
}

/** A project id made from a name, with letters such as `é` without their accent. It may be invalid. */
export const toId = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 40)

function readFound(path: string, read: (text: string) => Found): Found {
  try {
    return read(readPlainFile(path))
  } catch {
    return {}
  }
}

/** `Parsl: parallel scripting in Python` is known as Parsl. */
function readCitation(text: string): Found {
  const title = /^title:[ \t]*(.+)$/m.exec(text)?.[1]
  const email = /^[ \t-]+email:[ \t]*(.+)$/m.exec(text)?.[1]
  // A title that is a block or a list of YAML is on other lines.
  const isText = title !== undefined && !/^[>|[{&*!]/.test(title)
  return {
    name: isText ? unquote(title).split(/: | - | – /)[0] : undefined,
    contact: email && unquote(email),
  }
}

function readPyproject(text: string): Found {
  const project = /^\[project\][ \t]*$([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(text)?.[1] ?? ''
  const name = /^name[ \t]*=[ \t]*["'](.+?)["']/m.exec(project)?.[1]
  const contact = /\bemail[ \t]*=[ \t]*["'](.+?)["']/.exec(project)?.[1]
  return {name, contact}
}

function readPackage(text: string): Found {
  const {name, author} = JSON.parse(text) as {name?: unknown; author?: unknown}
  const written = typeof author === 'string' ? author : JSON.stringify(author ?? '')
  return {
    name: typeof name === 'string' ? name.replace(/^@[^/]*\//, '') : undefined,
    contact: /[^\s<>"']+@[^\s<>"']+/.exec(written)?.[0],
  }
}

const unquote = (text: string): string => text.trim().replace(/^(["'])(.*)\1$/, '$2')
