import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {wrapAnswer, wrapText} from '../../../src/cli/output/wrap-text.ts'

describe('a wrapped text', () => {
  it('has lines within the width, indented as their first one', () => {
    assert.equal(wrapText('  one two three\nfour', 10), '  one two\n  three\nfour')
  })

  it('has the further lines as they are asked for', () => {
    assert.equal(wrapText('- one two three', 9, '  '), '- one two\n  three')
  })

  it('keeps together what is typed literally, and words that are longer than the line', () => {
    assert.equal(wrapText('to stop: `usage optout demo`, or', 20), 'to stop:\n`usage optout demo`,\nor')
    assert.equal(wrapText('a /very/long/path b', 6), 'a\n/very/long/path\nb')
  })

  it('pairs backticks from the end, and takes no longer for many of them', {timeout: 5_000}, () => {
    assert.equal(wrapText('a ` b c `d e` f', 4), 'a ` b\nc\n`d e`\nf')
    const long = ' a`'.repeat(100_000)
    assert.equal(wrapText(long, 80).replace(/\s/g, ''), long.replaceAll(' ', ''))
  })

  it('counts neither colours nor backticks', () => {
    assert.equal(wrapText('\u001b[31mab\u001b[39m `cd`', 5), '\u001b[31mab\u001b[39m `cd`')
  })
})

describe('a wrapped answer', () => {
  it('has further lines that are indented by two more, and records as they are', () => {
    const answer = 'demo: one two three\n  four five six\n    {"a": "one two three"}'
    const wrapped = 'demo: one two\n  three\n  four five\n    six\n    {"a": "one two three"}'
    assert.equal(wrapAnswer(answer, 13), wrapped)
    assert.equal(wrapAnswer(answer, 80), answer)
  })
})
