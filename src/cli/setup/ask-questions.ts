import {createInterface} from 'node:readline'
import {UsageError} from '../../errors.ts'
import {
  type AnswerKey,
  type Answers,
  answerKeys,
  completeAnswers,
  type GivenAnswers,
  problemOf,
} from './make-project.ts'
import {suggestPurposes, toId} from './suggest-answers.ts'

/** Where questions are asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  /** Called for Ctrl-C, before anything is written. */
  readonly interrupt: () => void
}

const introduction = `A project file tells your users what is counted, and the collector what it accepts.
Press Enter to accept the value in brackets. Ctrl-C ends without writing a file.
`

/** The questions, by the answer. */
const questions: Readonly<Record<AnswerKey, string>> = {
  name: 'Name of the software',
  project: 'Id of the project, for commands and file names',
  contact: 'Contact for your users: an email address or a web page',
  purpose: 'What are the numbers for? Your users will read it. Separate purposes with ;',
  endpoint: 'Address of the collector',
  consent: 'Type opt-out to count everyone who does not opt out, or opt-in to count only those who opt in',
}

/**
 * Asks for each answer that is not given, and again until it is valid. Enter accepts the suggestion. Throws
 * USAGE_ANSWERS_MISSING when the input ends first.
 */
export async function askQuestions(given: GivenAnswers, suggested: GivenAnswers, terminal: Terminal): Promise<Answers> {
  const {input, output} = terminal
  const lines = createInterface({input, output, prompt: '> '})
  lines.on('SIGINT', () => {
    lines.close()
    output.write('\nNo file was written.\n')
    terminal.interrupt()
  })
  try {
    output.write(introduction)
    // An iterator keeps lines that are pasted together.
    const reader = lines[Symbol.asyncIterator]()
    let isOpen = true
    lines.once('close', () => (isOpen = false))
    const ask = (): void => void (isOpen && lines.prompt())
    let answers = given
    for (const key of answerKeys.filter(one => given[one] === undefined)) {
      const suggestion = suggestFor(key, answers, suggested)
      answers = {
        ...answers,
        [key]: await askOne(key, suggestion, {output, ask, reader}),
      }
    }
    return completeAnswers(answers, {})
  } finally {
    lines.close()
  }
}

/** A suggestion that follows from an earlier answer, else the one that was found. */
function suggestFor(key: AnswerKey, {name}: GivenAnswers, suggested: GivenAnswers): string {
  if (key === 'project' && name !== undefined && name !== suggested.name) return toId(name)
  const value = key === 'purpose' && name !== undefined ? suggestPurposes(name) : suggested[key]
  return typeof value === 'object' ? value.join('; ') : (value ?? '')
}

interface Dialogue {
  readonly output: NodeJS.WritableStream
  /** Shows the prompt, unless all lines have come already, as when they are pasted. */
  readonly ask: () => void
  readonly reader: AsyncIterator<string>
}

async function askOne(key: AnswerKey, suggestion: string, {output, ask, reader}: Dialogue): Promise<unknown> {
  for (;;) {
    output.write(`\n${questions[key]}\n${suggestion === '' ? '' : `[${suggestion}]\n`}`)
    ask()
    const {value, done} = await reader.next()
    if (done === true)
      throw new UsageError('USAGE_ANSWERS_MISSING', `the input ended before --${key} was answered; no file was written`)
    const text = value.trim() || suggestion
    const answer = key === 'purpose' ? splitPurposes(text) : text
    const problem = problemOf(key, answer as Answers[typeof key])
    if (problem === null) return answer
    output.write(`  ${problem}\n`)
  }
}

const splitPurposes = (text: string): string[] =>
  text
    .split(';')
    .map(one => one.trim())
    .filter(one => one !== '')
