import assert from 'node:assert/strict'
import {test} from 'node:test'
import {type ColumnChart, drawColumns} from '../../../src/dashboard/charts/columns.ts'

const periods = ['2025-12', '2026-01', '2026-02'].map((label, index) => ({label, complete: index < 2}))
const chart = (changes: Partial<ColumnChart> = {}): ColumnChart => ({
  label: 'Users by month',
  by: 'month',
  periods,
  series: [{name: 'users', tone: 'blue', values: [4, 0, 2]}],
  write: String,
  ...changes,
})

/** The heights of the rectangles with a class. */
const heights = (svg: string, tone: string): number[] =>
  [...svg.matchAll(new RegExp(`<rect class="${tone}"[^>]* height="([\\d.]+)"`, 'g'))].map(found => Number(found[1]))

test('it draws columns in proportion, none for 0, and incomplete periods pale', () => {
  const svg = drawColumns(chart(), 'wide')
  const [first, last] = heights(svg, 'blue')
  assert.equal(first! / last!, 2)
  assert.equal(heights(svg, 'blue').length, 2)
  assert.match(svg, /<g class="unfinished"><title>2026-02, incomplete: users 2<\/title>/)
  assert.match(svg, /^<svg class="wide" viewBox="0 0 860 270" role="img" aria-label="Users by month">/)
})

test('it names a value that is unknown, and draws no column for it', () => {
  const svg = drawColumns(chart({series: [{name: 'new', tone: 'blue', values: [null, 0, 2]}]}), 'wide')
  assert.match(svg, /<title>2025-12: new unknown<\/title><\/g>/)
  assert.match(svg, /<title>2026-01: new 0<\/title><\/g>/)
})

test('it draws the lower bound of an uncertain value, and the upper bound pale above it', () => {
  const svg = drawColumns(chart({upTo: [8, 0, 0]}), 'narrow')
  assert.equal(heights(svg, 'blue maybe')[0], heights(svg, 'blue')[0])
  assert.match(svg, /<title>2025-12: users 4 to 8<\/title>/)
})

test('it stacks series as columns, and as outlines for many periods', () => {
  const series = [
    {name: 'new', tone: 'orange' as const, values: [1, 1, 1]},
    {name: 'returning', tone: 'blue' as const, values: [3, 0, 1]},
  ]
  const columns = drawColumns(chart({series}), 'wide')
  assert.match(columns, /<title>2025-12: new 1, returning 3<\/title>/)
  // The second series also has a texture.
  assert.match(columns, /<pattern id="wide-users-by-month-1".*<rect class="blue" fill="url\(#wide-users-by-month-1\)"/)
  const many = Array.from({length: 400}, (_, day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10))
  const svg = drawColumns(
    chart({
      by: 'day',
      periods: many.map(label => ({label, complete: true})),
      series: series.map(one => ({...one, values: many.map(() => 2)})),
    }),
    'narrow',
  )
  // Only the square of the texture.
  assert.deepEqual(heights(svg, 'blue'), [8])
  assert.deepEqual(
    [...svg.matchAll(/<path class="(blue|orange)"/g)].map(found => found[1]),
    ['blue', 'orange'],
  )
  assert.ok(svg.length < 30_000)
})

test('it escapes names from outside and keeps every label within the drawing', () => {
  const svg = drawColumns(
    chart({label: '</svg><script>', series: [{name: '"<b>', tone: 'red', values: [1, 2, 3]}]}),
    'wide',
  )
  assert.doesNotMatch(svg, /<script|<b>/)
  const days = Array.from({length: 30}, (_, day) => ({
    label: `2026-11-${String(day + 1).padStart(2, '0')}`,
    complete: true,
  }))
  const values = days.map(() => 1)
  const narrow = drawColumns(chart({by: 'day', periods: days, series: [{name: 'a', tone: 'red', values}]}), 'narrow')
  const places = [...narrow.matchAll(/<text x="([\d.]+)"[^>]*middle">([^<]*)</g)]
  assert.ok(places.length >= 2)
  for (const [, x, words] of places) {
    const half = (words!.length * 7.5) / 2
    assert.ok(Number(x) - half >= -0.1 && Number(x) + half <= 350.1, `${words} at ${x}`)
  }
})
