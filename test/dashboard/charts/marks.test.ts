import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {Mark} from '../../../src/dashboard/charts/area.ts'
import {drawColumns} from '../../../src/dashboard/charts/columns.ts'

const lastDays = ['31', '28', '31', '30']
const periods = lastDays.map((last, index) => ({
  label: `2026-0${index + 1}`,
  complete: true,
  from: `2026-0${index + 1}-01`,
  to: `2026-0${index + 1}-${last}`,
}))
const draw = (marks: readonly Mark[], shape: 'wide' | 'narrow' = 'wide'): string =>
  drawColumns(
    {
      label: 'Users by month',
      by: 'month',
      periods,
      marks,
      series: [{name: 'users', tone: 'blue', values: [4, 3, 2, 5]}],
      write: String,
    },
    shape,
  )

const linesOf = (svg: string): number[] =>
  [...svg.matchAll(/<path class="mark" d="M([\d.]+) /g)].map(found => Number(found[1]))

test('it draws a line at the day of a mark, with a label and a text', () => {
  const svg = draw([
    {day: '2026-03-01', label: '2.0'},
    {day: '2026-02-15', label: 'workshop & paper'},
  ])
  const [first, second] = linesOf(svg) as [number, number]
  const width = (860 - 6 - 17.5) / 4
  assert.ok(Math.abs(first - (17.5 + 1.5 * width)) < 1, String(first))
  assert.ok(Math.abs(second - (17.5 + 2 * width)) < 1, String(second))
  assert.match(svg, /<title>2026-02-15: workshop &amp; paper<\/title>/)
  assert.match(svg, />2.0<\/text>/)
  assert.match(svg, /aria-label="Users by month; 2026-02-15: workshop &amp; paper; 2026-03-01: 2.0"/)
})

test('it cuts a long label between two characters', () => {
  assert.match(draw([{day: '2026-03-01', label: `${'x'.repeat(16)}🎉🎉🎉`}]), />x{16}🎉…<\/text>/u)
})

test('it draws no mark outside the periods, and keeps no room without marks', () => {
  assert.deepEqual(linesOf(draw([{day: '2025-12-31', label: '1.9'}])), [])
  assert.ok(!draw([]).includes('class="mark"'))
})

test('it lets no two labels overlap, and none leave the drawing', () => {
  const marks = Array.from({length: 30}, (_, day) => ({
    day: `2026-04-${String(day + 1).padStart(2, '0')}`,
    label: day % 3 === 0 ? `a long milestone ${day}` : `2.${day}`,
  }))
  for (const shape of ['wide', 'narrow'] as const) {
    const svg = draw(marks, shape)
    assert.equal(linesOf(svg).length, 30)
    const labels = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)">([^<]+)</g)].map(found => ({
      from: Number(found[1]),
      to: Number(found[1]) + found[3]!.length * 7.5,
      row: found[2],
    }))
    assert.ok(labels.length >= 2)
    for (const [index, one] of labels.entries()) {
      assert.ok(one.from >= 0 && one.to <= (shape === 'wide' ? 860 : 350), JSON.stringify(one))
      for (const other of labels.slice(index + 1))
        assert.ok(one.row !== other.row || one.to < other.from || other.to < one.from, JSON.stringify([one, other]))
    }
  }
})
