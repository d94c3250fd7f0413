import assert from 'node:assert/strict'
import {it} from 'node:test'
import {preparingLine} from '../../../src/cli/output/preparing-line.ts'

/** What a line writes for three months. */
function written(isTTY: boolean, delayMs: number): string {
  const texts: string[] = []
  const output = {isTTY, write: (text: string | Uint8Array) => texts.push(String(text)) > 0}
  const show = preparingLine(output, text => text, delayMs)
  for (const done of [0, 1, 2, 3]) show({done, of: 3})
  return texts.join('')
}

it('shows on a terminal how many months are prepared, and removes the line', () => {
  const line = (done: number): string => `\r\u001b[Kpreparing months for answers: ${done} of 3`
  assert.equal(written(true, 0), `${line(0)}${line(1)}${line(2)}\r\u001b[K`)
})

it('shows nothing for a short wait, and nothing beside a terminal', () => {
  assert.deepEqual([written(true, 60_000), written(false, 0)], ['', ''])
})
