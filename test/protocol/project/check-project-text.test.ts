import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {checkProjectText} from '../../../src/protocol/project/check-project-text.ts'

const minimal = {
  project: 'demo',
  contact: 'demo@example.org',
  purpose: ['How many people use Demo'],
  endpoint: {http: 'https://usage.example.org'},
}
const write = (document: unknown): string => JSON.stringify(document, null, 2)

describe('the check of a project file', () => {
  it('finds nothing wrong with the least that a project has to say', () => {
    const check = checkProjectText(write(minimal))
    assert.deepEqual([check.project, check.problems], ['demo', []])
    assert.match(check.version ?? '', /^[0-9a-f]{8}$/)
  })

  it('names the line of a value that is wrong', () => {
    const check = checkProjectText(write({...minimal, consent: 'maybe'}))
    assert.deepEqual(check.problems, [
      {line: 10, column: 14, message: 'consent: must be opt-out or opt-in, got "maybe"'},
    ])
  })

  it('names the object that lacks a value', () => {
    const {contact: _contact, ...without} = minimal
    const [problem] = checkProjectText(write(without)).problems
    assert.deepEqual([problem?.line, problem?.message], [1, 'contact: is required'])
  })

  it('names the line on which the text stops being JSON', () => {
    const [problem] = checkProjectText('{\n  "project": "demo",\n  oops\n}').problems
    assert.deepEqual([problem?.line, problem?.message.startsWith('must be JSON')], [3, true])
  })

  for (const [text, ...messages] of [
    ['{\n  "a": [1],\n}', '3:1 remove the comma before this'],
    ['{"a": [1,]}', '1:10 remove the comma before this'],
    ['{\n  "a": 1\n  "b": 2\n}', '3:3 a comma is missing before this'],
    ['{"a" 1}', '1:6 a colon is missing before this'],
    ['{"a": 1', '1:8 a } is missing'],
    ['{"a": yes}', '1:7 a text must be in double quotes'],
    ['{\n  // no\n  "a": 1\n}', '2:3 remove the comment'],
  ] as const)
    it(`names what to change in ${text.replaceAll('\n', ' ')}`, () => {
      const found = checkProjectText(text).problems.map(({line, column, message}) => `${line}:${column} ${message}`)
      assert.deepEqual(
        found,
        messages.map(message => message.replace(' ', ' must be JSON: ')),
      )
    })

  it('wants something in the file', () => {
    assert.equal(checkProjectText('').problems.length, 1)
  })

  it('shows what is worth another look where its key stands, and nothing while there are problems', () => {
    const doubtful = {...minimal, moreInfo: 'x', identity: {rotate: 'never'}, retension: 1}
    const check = checkProjectText(write(doubtful))
    const places = check.warnings.map(({line, column, code, key}) => [line, column, code, key])
    assert.deepEqual(places, [
      [12, 5, 'ids-never-change', 'identity.rotate'],
      [14, 3, 'unknown-key', 'retension'],
    ])
    assert.equal(check.warnings[1]?.next, 'did you mean retention?')
    assert.deepEqual(checkProjectText(write({...doubtful, consent: 'maybe'})).warnings, [])
  })
})
