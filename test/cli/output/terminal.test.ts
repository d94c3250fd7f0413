import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {showsUnicode, widthOf} from '../../../src/cli/output/terminal.ts'

describe('the width of an output', () => {
  const cases: readonly (readonly [columns: string, terminal: number | undefined, width: number])[] = [
    ['', undefined, 80],
    ['', 132, 132],
    ['60', 132, 60],
    ['60', undefined, 60],
    ['0', undefined, 80],
    ['-3', 100, 100],
    ['wide', 100, 100],
    ['3', undefined, 20],
    ['', 0, 80],
  ]
  for (const [columns, terminal, width] of cases)
    it(`is ${width} for COLUMNS=${columns} on a terminal of ${terminal}`, () => {
      const output = terminal === undefined ? {} : {columns: terminal}
      assert.equal(widthOf(output, {COLUMNS: columns}), width)
    })
})

describe('the locale', () => {
  const cases: readonly (readonly [environment: Readonly<Record<string, string>>, shows: boolean])[] = [
    [{}, false],
    [{LANG: 'C.UTF-8'}, true],
    [{LANG: 'de_DE.utf8'}, true],
    [{LANG: 'de_DE.UTF-8', LC_ALL: 'C'}, false],
    [{LANG: 'de_DE.UTF-8', LC_ALL: ''}, true],
    [{LANG: 'de_DE.UTF-8', LC_CTYPE: 'POSIX'}, false],
    [{LANG: 'C', LC_CTYPE: 'C.UTF-8'}, true],
    [{LANG: 'de_DE.ISO-8859-1'}, false],
  ]
  for (const [environment, shows] of cases)
    it(`shows ${shows ? 'more than ASCII' : 'ASCII'} with ${JSON.stringify(environment)}`, () => {
      assert.equal(showsUnicode(environment, 'linux'), shows)
    })

  it('shows more than ASCII on Windows, which has no such variable', () => assert.ok(showsUnicode({}, 'win32')))
})
