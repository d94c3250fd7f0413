import assert from 'node:assert/strict'
import {test} from 'node:test'
import {describeAxis, drawLines, type LineChart} from '../../../src/dashboard/charts/lines.ts'

const labels = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05']
const chart = (changes: Partial<LineChart> = {}): LineChart => ({
  label: 'Success rate by month',
  by: 'month',
  periods: labels.map((label, index) => ({label, complete: index < 4})),
  series: [{name: 'rate', tone: 'green', values: [0.5, 1, null, 0.75, 0.9]}],
  scale: 'share',
  write: value => `${value * 100} %`,
  ...changes,
})

test('it draws a line with gaps for null, a point for each value, and a hollow one for an incomplete period', () => {
  const svg = drawLines(chart(), 'wide')
  const path = /<path class="line green" d="([^"]+)"/.exec(svg)![1]!
  assert.equal(path.match(/M/g)!.length, 2)
  assert.equal(svg.match(/<circle/g)!.length, 4)
  assert.match(svg, /<circle class="green hollow"[^>]*><title>2026-05, incomplete: rate 90 %<\/title>/)
})

test('it draws the band between the bounds of a value', () => {
  const band = {low: [0.4, 0.9, null, 0.7, 0.8], high: [0.6, 1, null, 0.8, 1]}
  assert.match(
    drawLines(chart({band}), 'narrow'),
    /<path class="band green" d="M[^"]+Z[^"]*"\/><path class="band|Z"\/>/,
  )
})

test('it draws seconds that differ much on a logarithmic scale', () => {
  const series = [{name: 'half', tone: 'blue' as const, values: [1, 10, 100, 0, null]}]
  const svg = drawLines(chart({series, scale: 'seconds', write: value => `${value} s`}), 'wide')
  const heights = [...svg.matchAll(/<circle[^>]* cy="([\d.]+)"/g)].map(found => Number(found[1]))
  assert.ok(heights[0]! > heights[1]! && heights[1]! > heights[2]! && heights[3] === heights[0], String(heights))
})

test('it marks the axis of high shares as cut, and describes it', () => {
  const high = chart({series: [{name: 'rate', tone: 'green', values: [0.91, 0.93, 0.95, 0.94, 0.96]}]})
  assert.match(drawLines(high, 'wide'), /<path class="cut"/)
  assert.equal(describeAxis(high), 'The axis is cut: it begins at 91 %.')
  assert.doesNotMatch(drawLines(chart({series: [{...chart().series[0]!, values: [0.1, 1]}]}), 'wide'), /class="cut"/)
})

test('it distinguishes lines by dashes and points, not only by colours', () => {
  const series = (['blue', 'purple', 'orange'] as const).map(tone => ({name: tone, tone, values: [1, 2, 3, 4, 5]}))
  const svg = drawLines(chart({series, scale: 'seconds'}), 'wide')
  const dashes = [...svg.matchAll(/<path class="line \w+" d="[^"]+"( stroke-dasharray="[^"]+")?/g)].map(
    found => found[1],
  )
  assert.equal(new Set(dashes).size, 3)
  const points = [...svg.matchAll(/<(?:circle|path) class="(?:blue|purple|orange)(?: hollow)?" [^>]+>/g)]
  assert.equal(points.length, 15)
})
