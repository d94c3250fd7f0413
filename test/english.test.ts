import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {describe, it} from 'node:test'
import {errorRegistry} from '../src/errors.ts'
import {countWords, readProse, splitSentences} from './support/read-prose.ts'
import {filesUnder, repositoryPath} from './support/repository.ts'

/** Phrases that a reader has to translate, each with the plain one. */
const foreign: readonly (readonly [phrase: RegExp, plain: string])[] = [
  [/\bwanted\b/, 'must be'],
  [/\bwhoever\b/i, 'the person who, people who'],
  [/\bmends?\b/i, 'fix'],
  [/\bthe very [a-z]+/i, 'exactly the'],
  [/\bat once\b/i, 'immediately'],
  [/\bhand(?:s|ed)? on\b/i, 'share, forward'],
  [/\bin the place of\b/i, 'instead of'],
  [/\bif not said\b/i, 'default:'],
  [/\b(?:an?|your|every|each) (?:no|yes)(?: (?!longer|more)|[.,;])/i, 'opt-out, opt-in'],
  [/\bsays? (?:no|yes)\b/i, 'opt out, opt in'],
  [/\bis no (?:file|folder|plain|number)\b/i, 'is not a'],
  [/\bhas to be\b/i, 'must be'],
]
/** Verbs of people, of which the pages for people need none. */
const verbsOfPeople = /\b(?:knows|wants|tells|says|goes on)\b/
const maxWords = 25

interface Flag {
  readonly description?: string
}
interface Command {
  readonly summary?: string
  readonly description?: string
  readonly flags: Readonly<Record<string, Flag>>
  readonly args: Readonly<Record<string, Flag>>
}

const read = (path: string): string => readFileSync(repositoryPath(path), 'utf8')
const {commands} = JSON.parse(read('oclif.manifest.json')) as {commands: Readonly<Record<string, Command>>}

const helpTexts = Object.values(commands).flatMap(({summary, description, flags, args}) => [
  summary ?? '',
  description ?? '',
  ...[...Object.values(flags), ...Object.values(args)].map(one => one.description ?? ''),
])
const errorTexts = Object.values(errorRegistry).flatMap(({meaning, next}) => [meaning, next])

/** Modules that contain texts for people. Their comments are read as well. */
const modules = [
  'src/error-registry.ts',
  'src/errors.ts',
  'bin/preconditions.js',
  'src/reporter/consent/notice.ts',
  'src/reporter/projects/explain.ts',
  'src/reporter/projects/how-to-stop.ts',
  ...['src/cli', 'src/commands', 'src/oclif', 'src/stats', 'src/dashboard'].flatMap(folder =>
    filesUnder(folder, '.ts'),
  ),
]
const pages = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'docs/decisions/README.md',
  ...filesUnder('docs', '.md').filter(path => !path.startsWith('docs/decisions/')),
]

/** The strings and comments of a module; `wanted` may be the name of a variable. */
const wordsOf = (source: string): string =>
  (source.match(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g) ?? []).join('\n')

function assertPlain(text: string, where: string): void {
  for (const [phrase, plain] of foreign) {
    const found = phrase.exec(text)?.[0]
    assert.equal(found, undefined, `${where}: write "${plain}" instead of "${found}"`)
  }
}

function assertShort(text: string, where: string): void {
  for (const sentence of splitSentences(text))
    assert.ok(countWords(sentence) <= maxWords, `${where}: ${countWords(sentence)} words: ${sentence}`)
}

describe('texts for people', () => {
  it('use plain phrases in help and errors', () => {
    for (const text of [...helpTexts, ...errorTexts]) assertPlain(text, text)
  })

  it(`have sentences of at most ${maxWords} words in help and errors`, () => {
    for (const text of [...helpTexts, ...errorTexts]) assertShort(text, 'help or error')
  })

  it('use ASCII in help and errors, which every locale shows', () => {
    for (const text of [...helpTexts, ...errorTexts]) assert.match(text, /^[\n -~]*$/, text)
  })

  it('never offer an opt-in without the opt-out beside it', () => {
    const opensWithoutClosing = (text: string) => text.includes('usage optin') && !text.includes('usage optout')
    const helps = Object.entries(commands).map(
      ([id, {summary, description}]) => `usage ${id} ${summary} ${description}`,
    )
    const words = (read('src/cli/text/words.ts').match(/'(?:\\.|[^'\\\n])*'/g) ?? []).map(String)
    const offering = filesUnder('src/cli', '.ts').filter(path => !path.endsWith('words.ts'))
    const documents = filesUnder('docs', '.md').filter(path => !path.startsWith('docs/decisions/'))
    for (const text of [...helps, ...words]) assert.ok(!opensWithoutClosing(text), text)
    for (const path of ['README.md', ...offering, ...documents]) assert.ok(!opensWithoutClosing(read(path)), path)
  })

  for (const path of modules) it(`use plain phrases in ${path}`, () => assertPlain(wordsOf(read(path)), path))
  for (const path of pages)
    it(`use plain phrases and sentences of at most ${maxWords} words in ${path}`, () => {
      assertPlain(read(path), path)
      for (const text of readProse(read(path))) {
        assert.doesNotMatch(text, verbsOfPeople, path)
        assertShort(text, path)
      }
    })
})
