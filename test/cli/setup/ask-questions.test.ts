import assert from 'node:assert/strict'
import {PassThrough} from 'node:stream'
import {text} from 'node:stream/consumers'
import {describe, it} from 'node:test'
import {askQuestions} from '../../../src/cli/setup/ask-questions.ts'
import type {GivenAnswers} from '../../../src/cli/setup/make-project.ts'

const suggested: GivenAnswers = {
  name: 'heatflow',
  project: 'heatflow',
  purpose: ['How many people use heatflow'],
  endpoint: 'http://127.0.0.1:8080',
  consent: 'opt-out',
}

/** Answers all questions with some lines, which come in one piece, as when they are pasted. */
async function answerWith(lines: readonly string[], given: GivenAnswers = {}) {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const written = text(output)
  input.end(lines.map(line => `${line}\n`).join(''))
  const interrupt = () => assert.fail('nobody pressed Ctrl-C')
  const [result] = await Promise.allSettled([askQuestions(given, suggested, {input, output, interrupt})])
  output.end()
  return {result, written: await written}
}

describe('askQuestions', () => {
  it('accepts suggestions by Enter, and makes those that follow from an earlier answer', async () => {
    const {result} = await answerWith(['Heat Flow', '', 'team@example.org', '', '', 'opt-in'])
    assert.deepEqual(result, {
      status: 'fulfilled',
      value: {
        name: 'Heat Flow',
        project: 'heat-flow',
        contact: 'team@example.org',
        purpose: ['How many people use Heat Flow', 'How long its runs take', 'How many runs fail, and how'],
        endpoint: 'http://127.0.0.1:8080',
        consent: 'opt-in',
      },
    })
  })

  it('asks again until an answer is valid, with the rule that it breaks', async () => {
    const lines = [
      '',
      'Heat',
      'heat',
      '',
      'me',
      ' ; ',
      'one; two',
      'usage.example.org',
      'https://usage.example.org',
      'yes',
      '',
    ]
    const {result, written} = await answerWith(lines)
    assert.ok(result.status === 'fulfilled')
    assert.deepEqual([result.value.project, result.value.contact, result.value.purpose], ['heat', 'me', ['one', 'two']])
    for (const rule of ['project: must be a project id', 'contact: must not be empty', 'endpoint: must be an address'])
      assert.ok(written.includes(rule), written)
    assert.match(written, /consent: must be opt-out or opt-in, got "yes"/)
  })

  it('does not ask for what a flag gives', async () => {
    const {result, written} = await answerWith(['', '', ''], {name: 'Heat', contact: 'me', purpose: ['one']})
    assert.ok(result.status === 'fulfilled')
    assert.deepEqual([result.value.name, result.value.project], ['Heat', 'heat'])
    assert.doesNotMatch(written, /Contact|Name of|numbers/)
  })

  it('fails at the end of the input, with the question that has no answer (USAGE_ANSWERS_MISSING)', async () => {
    const {result} = await answerWith(['', ''])
    assert.ok(result.status === 'rejected')
    assert.equal(result.reason.code, 'USAGE_ANSWERS_MISSING')
    assert.match(result.reason.message, /--contact/)
  })
})
