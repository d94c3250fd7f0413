import {readFileSync} from 'node:fs'
import {filesUnder, repositoryPath} from './repository.ts'

/** Reads a fixture as text; `name` is its path under test/fixtures. */
export const readFixture = (name: string): string => readFileSync(repositoryPath('test', 'fixtures', name), 'utf8')

/** Reads a fixture as JSON. Each call returns a new object, so a test may change it. */
// biome-ignore lint/suspicious/noExplicitAny: a test reaches into documents of any shape, also to break them
export const readJsonFixture = (name: string): any => JSON.parse(readFixture(name))

/** The names of the JSON fixtures in a folder under test/fixtures, for `readFixture`. */
export const fixturesIn = (folder: string): string[] =>
  filesUnder(`test/fixtures/${folder}`, '.json').map(path => path.slice('test/fixtures/'.length))
