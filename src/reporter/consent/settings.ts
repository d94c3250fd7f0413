import {lstatSync} from 'node:fs'
import {fileMode, inside, makeDirectory, readIfPresent} from '../world/files.ts'

/** What a person said about one project; a no is a file beside it, never an entry here. */
export interface Answer {
  /** When the person said yes, RFC 3339. */
  readonly yesAt: string
  /** Nothing from before this time ever leaves: set by a yes that follows a no. */
  readonly notBefore: string | null
}

/** The settings of a person as far as they concern one project. Unknown entries are kept as they are. */
export interface Settings {
  readonly answer: Answer | null
}

const answersDirectory = (configDirectory: string): string => inside(configDirectory, 'optin.d')

/**
 * Reads `settings.json` and the person's answer about a project, `optin.d/<project>.json`, with JSON.parse: loading
 * `conf` for that would cost tens of milliseconds.
 *
 * @returns `null` when one of them is there but cannot be read or is not what `conf` makes: then nothing is allowed.
 */
export function readSettings(configDirectory: string, project: string): Settings | null {
  try {
    readEntries(inside(configDirectory, 'settings.json'))
    const answer = readEntries(inside(answersDirectory(configDirectory), `${project}.json`))
    return {answer: answer === null ? null : toAnswer(answer)}
  } catch {
    return null
  }
}

/** Whether the settings of all projects, `settings.json`, are absent or valid. */
export function areSharedSettingsReadable(configDirectory: string): boolean {
  try {
    readEntries(inside(configDirectory, 'settings.json'))
    return true
  } catch {
    return false
  }
}

/** The entries of a file, or null without one. A link that leads nowhere may be a disk that is not there: not knowing. */
function readEntries(path: string): Record<string, unknown> | null {
  if (lstatSync(path, {throwIfNoEntry: false}) === undefined) return null
  const input: unknown = JSON.parse(readIfPresent(path) ?? '')
  if (!isRecord(input)) throw new Error(`${path} must contain a JSON object`)
  return input
}

function toAnswer({yesAt, notBefore = null}: Record<string, unknown>): Answer {
  if (!isTime(yesAt) || !(notBefore === null || isTime(notBefore)))
    throw new Error('must contain the time of the opt-in')
  return {yesAt, notBefore}
}

const isRecord = (input: unknown): input is Record<string, unknown> =>
  typeof input === 'object' && input !== null && !Array.isArray(input)
const isTime = (input: unknown): input is string => typeof input === 'string' && !Number.isNaN(Date.parse(input))

/**
 * Keeps a person's answer about a project, by `conf`: atomic, 0600, other entries untouched. Each answer is a file of its
 * own, because `conf` loses one of two writes to one file at the same time.
 * Throws what the file system throws, and when the file that is there is damaged.
 */
export async function writeAnswer(configDirectory: string, project: string, answer: Answer): Promise<void> {
  const cwd = answersDirectory(configDirectory)
  makeDirectory(cwd)
  const {default: Conf} = await import('conf')
  withOwnersMask(() => {
    const store = new Conf<{[entry in keyof Answer]: Answer[entry]}>({
      cwd,
      configName: project,
      configFileMode: fileMode,
      accessPropertiesByDotNotation: false,
      clearInvalidConfig: false,
      projectName: 'usage',
    })
    store.set({...answer})
  })
}

/** Writes with a mask that leaves the owner every right: `conf` refuses a file that its owner could not read. */
function withOwnersMask(write: () => void): void {
  const before = process.umask(0o077)
  try {
    write()
  } finally {
    process.umask(before)
  }
}
