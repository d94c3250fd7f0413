import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {toAscii} from '../../../src/cli/output/to-ascii.ts'
import {drawBar, drawColumns} from '../../../src/stats/write/text/draw.ts'
import {plainPaint} from '../../../src/stats/write/text/paint.ts'

describe('a text in ASCII', () => {
  it('has signs for our own quotes, dashes and arrows', () => {
    assert.equal(toAscii('“a” – ‘b’ → c…'), '"a" - \'b\' -> c~')
  })

  it('draws each value of a chart as a sign of its own, and none wider than before', () => {
    const columns = Array.from({length: 9}, (_, value) => ({value, complete: true}))
    const drawn = toAscii(drawColumns(columns, plainPaint))
    assert.match(drawn, /^[!-~]{9}$/)
    assert.equal(new Set(drawn).size, 9)
    for (let eighths = 0; eighths <= 16; eighths++) {
      const bar = drawBar(eighths / 16, 2)
      assert.match(toAscii(bar), new RegExp(`^[!-~]{${[...bar].length}}$`))
    }
  })

  it('escapes the letters of names from outside, one by one', () => {
    assert.equal(toAscii('Zoë 名 😀'), 'Zo\\u{eb} \\u{540d} \\u{1f600}')
  })

  it('leaves ASCII and its line breaks as they are', () =>
    assert.equal(toAscii('a\n\u001b[1mb\t~'), 'a\n\u001b[1mb\t~'))
})
