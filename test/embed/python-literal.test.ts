import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {describe, it} from 'node:test'
import {assignInPython} from '../../src/embed/python-literal.ts'
import {exampleProject} from '../support/make-project.ts'
import {needs} from '../support/needs.ts'
import {longLines} from '../support/shell-format.ts'

const long = 'Zwölf Boxkämpfer jagen "Viktor" quer\nüber den \\großen Sylter Deich. '.repeat(9)
const values = {
  words: {yes: true, no: false, nothing: null, none: [], empty: {}, text: ''},
  numbers: [0, -1, 2.5, 1e21, 1e-7, 9007199254740991],
  letters: ['\u0000\u001f', '\u2028 \u202e', '😀 é 日本', '\ud800', `'"\\n\\`],
  long,
  deep: {
    list: [[long, {description: long}], 'x'.repeat(300)],
    [`${'key '.repeat(9)}`]: ['a'.repeat(60), 'b'.repeat(40)],
  },
  project: exampleProject(),
}

describe('a value as a literal of Python', needs('python3'), () => {
  for (const [name, value] of Object.entries(values))
    it(`is read again, in lines of at most 100 characters: ${name}`, () => {
      const literal = assignInPython('VALUE', value)
      assert.deepEqual(longLines(literal), [])
      const script = `import json\n${literal}\nprint(json.dumps(VALUE))`
      const text = execFileSync('python3', ['-'], {input: script, encoding: 'utf8'})
      assert.equal(JSON.stringify(JSON.parse(text)), JSON.stringify(value))
    })

  it('is formatted as black does: on one line if it fits, else an entry a line', () => {
    const name = 'n'.repeat(60)
    assert.equal(assignInPython('VALUE', {[name]: [1, 'two']}), `VALUE = {"${name}": [1, "two"]}`)
    const expected = ['VALUE = {', `    "${name}": [`, `        "${name}",`, '        1,', '    ],', '}']
    assert.equal(assignInPython('VALUE', {[name]: [name, 1]}), expected.join('\n'))
  })
})
