/**
 * Room `setup`: the first steps of a project: what `usage init` asks, writes and prints.
 *
 * `completeAnswers` takes each answer from a flag, else from a person at a terminal. The texts that users will read (contact and
 * purposes) and the endpoint are never guessed: without a terminal, they must be given as flags. The rules of the project
 * file check each answer. Nothing is written before the last one, and no existing file is replaced unless requested.
 * Read next: `suggest-answers.ts` for the defaults, `write-snippet.ts` for the lines of a script.
 */
import {UsageError} from '../../errors.ts'
import {collectionVersion, type ProjectFile, parseProjectFile} from '../../protocol/project/project-file.ts'
import {describeProblems} from '../../protocol/values/problem.ts'

/** What a project file is made of, in the order of the questions. */
export interface Answers {
  readonly name: string
  readonly project: string
  readonly contact: string
  readonly purpose: readonly string[]
  readonly endpoint: string
  readonly consent: 'opt-out' | 'opt-in'
}
export type AnswerKey = keyof Answers
export type GivenAnswers = {readonly [key in AnswerKey]?: Answers[key] | undefined}

/** Answers that must be given: users read them, or reports go there. */
const required: readonly AnswerKey[] = ['contact', 'purpose', 'endpoint']

/** Any valid project file: a single answer is checked in it. */
const valid: Answers = {
  name: 'Demo',
  project: 'demo',
  contact: 'demo@example.org',
  purpose: ['How many people use Demo'],
  endpoint: 'https://usage.example.org',
  consent: 'opt-out',
}
export const answerKeys = Object.keys(valid) as AnswerKey[]

/** What is wrong with an answer: one line, or null. Pure. */
export function problemOf<K extends AnswerKey>(key: K, value: Answers[K]): string | null {
  const parsed = parseProjectFile({...valid, [key]: value})
  return parsed.ok ? null : describeProblems(parsed.problems)
}

/** Checks the values of flags. Throws USAGE_WRONG_USE with the flag. */
export function requireValid(given: GivenAnswers): void {
  for (const key of answerKeys) {
    const value = given[key]
    const problem = value === undefined ? null : problemOf(key, value)
    if (problem !== null) throw new UsageError('USAGE_WRONG_USE', `--${problem}`)
  }
}

/** Completes the flags with suggestions, where nobody can be asked. Throws USAGE_ANSWERS_MISSING with the missing flags. */
export function completeAnswers(given: GivenAnswers, suggested: GivenAnswers): Answers {
  const missing = answerKeys.filter(
    key => given[key] === undefined && (required.includes(key) || suggested[key] === undefined),
  )
  if (missing.length > 0)
    throw new UsageError(
      'USAGE_ANSWERS_MISSING',
      `without a terminal, these flags are required: ${missing.map(key => `--${key}`).join(', ')}`,
    )
  return Object.fromEntries(answerKeys.map(key => [key, given[key] ?? suggested[key]])) as unknown as Answers
}

/** A project file that was made: its text, and what it means. */
export interface MadeProject {
  readonly text: string
  readonly project: ProjectFile
  readonly version: string
}

/**
 * Makes the text of a project file, which declares no fields and features yet. It gets a variable that opts out, unless the
 * name of the variable would have a meaning for other programs. Pure; throws if an answer is invalid.
 */
export function makeProject({name, project, contact, purpose, endpoint, consent}: Answers): MadeProject {
  const environmentVariable = `${project.toUpperCase().replaceAll('-', '_')}_TRACKING`
  const variable = parseProjectFile({...valid, environmentVariable}).ok ? {environmentVariable} : {}
  const known = {project, name, application: project, contact, purpose, endpoint, consent}
  const document = {...known, ...variable, fields: {}, features: {names: []}}
  const parsed = parseProjectFile(document)
  if (!parsed.ok) throw new UsageError('USAGE_PROJECT_FILE_INVALID', describeProblems(parsed.problems))
  const text = `${JSON.stringify(document, null, 2)}\n`
  return {text, project: parsed.value, version: collectionVersion(parsed.value)}
}
