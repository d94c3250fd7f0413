import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {test} from 'node:test'
import {type ErrorCode, errorRegistry, toUsageError, UsageError} from '../src/errors.ts'
import {filesUnder, repositoryPath} from './support/repository.ts'

const read = (path: string): string => readFileSync(repositoryPath(path), 'utf8')
const codes = Object.keys(errorRegistry) as ErrorCode[]

/** The rows of the page as [code, meaning, next, exit, http]. */
const rows = read('docs/errors.md')
  .split('\n')
  .filter(line => line.startsWith('| `'))
  .map(line => line.split(/(?<!\\)\|/).slice(1, -1))
  .map(cells => cells.map(cell => cell.trim().replaceAll('\\|', '|')))

test('describes every error in docs/errors.md, and no other', () => {
  const wanted = Object.entries(errorRegistry).map(([code, {meaning, next, exit, http}]) => [
    `\`${code}\``,
    meaning,
    next,
    String(exit),
    http === null ? '–' : String(http),
  ])
  assert.deepEqual(rows, wanted)
})

test('produces every error in at least one test', () => {
  const tests = filesUnder('test', '.test.ts').filter(path => path !== 'test/errors.test.ts')
  const text = tests.map(read).join('\n')
  assert.deepEqual(
    codes.filter(code => !text.includes(code)),
    [],
  )
})

test('uses every error in the program', () => {
  const sources = [...filesUnder('src', '.ts'), ...filesUnder('bin', '.js')].filter(
    path => !/error(?:s|-registry)\.ts$/.test(path),
  )
  const text = sources.map(read).join('\n')
  assert.deepEqual(
    codes.filter(code => !text.includes(code)),
    [],
  )
})

test('names no error in the program that the registry does not have', () => {
  for (const path of [...filesUnder('src', '.ts'), ...filesUnder('bin', '.js')])
    for (const [, code] of read(path).matchAll(/(?:UsageError\(|code:)\s*'(USAGE_\w+)'/g))
      assert.ok(codes.includes(code as ErrorCode), `${path} names ${code}`)
})

for (const code of codes)
  test(`writes ${code} as a sentence with a next step`, () => {
    const {meaning, next} = errorRegistry[code]
    assert.match(code, /^USAGE_[A-Z]+(?:_[A-Z]+)*$/)
    for (const sentence of [meaning, next]) assert.match(sentence, /^[A-Z][^\n]*\.$/)
  })

test('carries the code, the next step and the exit code of the registry', () => {
  const error = new UsageError('USAGE_NO_PROJECT', 'no project given')
  const {next, exit, http} = errorRegistry.USAGE_NO_PROJECT
  assert.deepEqual([error.next, error.exit, error.http], [next, exit, http])
  assert.deepEqual(error.toDocument(), {error: {code: 'USAGE_NO_PROJECT', message: 'no project given', next}})
  assert.equal(new UsageError('USAGE_NO_PROJECT', '', {next: 'Name one.'}).next, 'Name one.')
})

test('gives anything that is thrown a code', () => {
  const known = new UsageError('USAGE_NO_PROJECT', 'no project given')
  assert.equal(toUsageError(known), known)
  const cause = new Error('boom')
  const unexpected = toUsageError(cause)
  assert.deepEqual([unexpected.code, unexpected.message, unexpected.cause], ['USAGE_UNEXPECTED', 'boom', cause])
  assert.equal(toUsageError('boom').message, 'boom')
})
