import {join} from 'node:path'
import {fileMode, makeDirectory, readIfPresent} from './files.ts'

/** What a person said about one project; a no is a file beside the settings, never an entry here. */
export interface Answer {
  /** When the person said yes, RFC 3339. */
  readonly yesAt: string
  /** Nothing from before this time ever leaves: set by a yes that follows a no. */
  readonly notBefore: string | null
}

/** The settings of a person. Unknown entries are kept as they are. */
export interface Settings {
  readonly answers: Readonly<Record<string, Answer>>
}

const fileName = 'settings'
const noSettings: Settings = {answers: {}}

/**
 * Reads the settings with JSON.parse: loading `conf` for that would cost tens of milliseconds.
 *
 * @returns `null` when the file is there but cannot be read or is not what `writeAnswer` makes: then nothing is allowed.
 */
export function readSettings(configDirectory: string): Settings | null {
  try {
    const content = readIfPresent(join(configDirectory, `${fileName}.json`))
    if (content === null) return noSettings
    const input: unknown = JSON.parse(content)
    return isRecord(input) ? readAnswers(input['answers']) : null
  } catch {
    return null
  }
}

function readAnswers(input: unknown): Settings | null {
  if (input === undefined) return noSettings
  if (!isRecord(input)) return null
  const answers: Record<string, Answer> = {}
  for (const [project, answer] of Object.entries(input)) {
    if (!isRecord(answer) || !isTime(answer['yesAt'])) return null
    const notBefore = answer['notBefore'] ?? null
    if (notBefore !== null && !isTime(notBefore)) return null
    answers[project] = {yesAt: answer['yesAt'], notBefore}
  }
  return {answers}
}

const isRecord = (input: unknown): input is Record<string, unknown> =>
  typeof input === 'object' && input !== null && !Array.isArray(input)
const isTime = (input: unknown): input is string => typeof input === 'string' && !Number.isNaN(Date.parse(input))

/**
 * Keeps a person's answers, by `conf`: atomic, 0600, other entries untouched.
 * Throws what the file system throws, and when the file that is there is damaged.
 */
export async function writeAnswers(configDirectory: string, answers: Readonly<Record<string, Answer>>): Promise<void> {
  makeDirectory(configDirectory)
  const {default: Conf} = await import('conf')
  const store = new Conf<{answers: Record<string, Answer>}>({
    cwd: configDirectory,
    configName: fileName,
    configFileMode: fileMode,
    accessPropertiesByDotNotation: false,
    clearInvalidConfig: false,
    projectName: 'usage',
  })
  store.set('answers', {...store.get('answers'), ...answers})
}
