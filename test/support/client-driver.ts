import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {cpSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join, resolve} from 'node:path'
import {makeClient} from '../../src/cli/maintain/make-client.ts'
import type {ProjectFile} from '../../src/protocol/project/project-file.ts'
import type {Tool} from './needs.ts'
import {repositoryPath} from './repository.ts'

/**
 * How a client is built and called, in words of sh. docs/clients.md describes each key. A client without an optional key
 * does not claim that ability.
 */
export interface ClientDriver {
  readonly name: string
  readonly prepare: string
  readonly program: string
  readonly start: string
  readonly feature: string
  readonly end: string
  readonly uses?: string
  readonly field?: string
  readonly detail?: string
  readonly timings?: string
  readonly threads?: string
  readonly consent?: string
  readonly person?: string
  readonly send?: string
  readonly claim?: string
  readonly tools: readonly Tool[]
  readonly programs: readonly string[]
  /** The folder of the driver. */
  readonly here: string
}

/** What a client may leave out, by the key of its words. */
export const abilities = {
  consent: 'says what it decides, and why',
  uses: 'counts many uses',
  field: 'has declared fields',
  detail: 'has declared details',
  timings: 'merges durations',
  threads: 'has threads',
  person: 'has a command to opt out and in',
  send: 'sends',
} as const

const required = ['name', 'prepare', 'program', 'start', 'feature', 'end'] as const
const optional: readonly string[] = [...Object.keys(abilities), 'claim']
const lists = ['tools', 'programs'] as const

/** Reads a driver. Throws an error that names the first wrong key. */
export function readDriver(path: string): ClientDriver {
  const document: Record<string, unknown> = JSON.parse(readFileSync(path, 'utf8'))
  const known: readonly string[] = [...required, ...optional, ...lists]
  for (const key of Object.keys(document)) if (!known.includes(key)) throw new Error(`${path}: unknown key ${key}`)
  for (const key of [...required, ...optional]) {
    const value = document[key]
    const isMissing = value === undefined && optional.includes(key)
    if (!isMissing && (typeof value !== 'string' || value === '')) throw new Error(`${path}: ${key} must be a text`)
  }
  return {tools: [], programs: [], ...document, here: dirname(resolve(path))} as unknown as ClientDriver
}

/** A driver of this repository. */
export const keptDriver = (name: string): ClientDriver => readDriver(repositoryPath('test', 'clients', `${name}.json`))

/** The words of a program that takes these steps, one after another. */
export const stepsOf = ({program}: ClientDriver, ...steps: readonly string[]): string =>
  program.replace('STEPS', () => steps.join(''))

/** Words in which capital letters stand for values. */
export const fill = (words: string, values: Readonly<Record<string, string | number>>): string =>
  words.replaceAll(/\b(?:NAME|VALUE|COUNT|CODE)\b/g, place => `${values[place] ?? place}`)

/** A program with a start, one use of `Load.v1`, and an end with exit code 3. */
export function aRunOf(driver: ClientDriver): string {
  return stepsOf(driver, driver.start, fill(driver.feature, {NAME: 'Load.v1'}), fill(driver.end, {CODE: 3}))
}

/** Clients of this process, by what they are made of. */
const store = join(tmpdir(), `usage-clients-${process.pid}`)
process.once('exit', () => execFileSync('rm', ['-rf', store]))

/** Prepares the client of a project in a folder. The same words for the same project are run once in a process. */
export function prepareClient(
  driver: ClientDriver,
  folder: string,
  projectPath: string,
  project: ProjectFile,
  environment: Readonly<Record<string, string>>,
): void {
  const key = createHash('sha256')
    .update(JSON.stringify([driver.prepare, project]))
    .digest('hex')
  const made = join(store, key)
  if (!existsSync(made)) {
    mkdirSync(made, {recursive: true})
    const env = {...environment, PROJECT: projectPath, CLIENT: made, HERE: driver.here}
    execFileSync('sh', ['-ec', embedHere(driver.prepare, made, project)], {env, stdio: ['ignore', 'pipe', 'inherit']})
  }
  cpSync(made, folder, {recursive: true})
}

/** Does what `usage embed` at the beginning does, without starting it, which takes longer than a test. Returns the rest. */
function embedHere(prepare: string, folder: string, project: ProjectFile): string {
  const embed = /^usage embed --lang (python|sh|c) --project-file "\$PROJECT" > "\$CLIENT\/([\w.]+)"(?: && )?/
  const [beginning, language, name = ''] = embed.exec(prepare) ?? []
  if (beginning === undefined) return prepare
  writeFileSync(join(folder, name), makeClient(language as 'python' | 'sh' | 'c', project))
  return prepare.slice(beginning.length)
}

/** The variables that the words of a driver may use, besides `PROJECT` where it prepares and `SENDING` where it sends. */
export const clientEnvironment = (driver: ClientDriver, folder: string, projectPath: string) => ({
  CLIENT: folder,
  PROJECT: projectPath,
  HERE: driver.here,
})
