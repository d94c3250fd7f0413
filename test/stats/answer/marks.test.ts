import assert from 'node:assert/strict'
import {test} from 'node:test'
import {marksOf} from '../../../src/stats/answer/marks.ts'
import type {NamedRuns, StatsFacts} from '../../../src/stats/model/source.ts'
import {sampleProject} from '../../collector/samples.ts'

const at = (day: string): number => Date.parse(`${day}T12:00:00Z`)
const range = {fromMs: Date.parse('2026-01-01'), toMs: Date.parse('2026-07-01')}
const runs = (name: string, count: number): NamedRuns => ({
  ...{name, runs: count, users: {low: 1, high: 1}},
  ...{usesWithoutUser: 0, daysWithoutUser: 0},
})
const factsOf = (first: Record<string, string>, counts: Record<string, number> = {}, since = '2025-01-01') =>
  ({
    sinceMs: at(since),
    firstRuns: Object.entries(first).map(([version, day]) => ({version, atMs: at(day)})),
    named: {version: Object.entries(counts).map(([name, count]) => runs(name, count))},
  }) as unknown as StatsFacts

test('it marks milestones of the range and the first days of versions, in order', () => {
  const milestones = [
    {date: '2026-03-01', label: 'Paper published'},
    {date: '2026-06-30', label: 'Last day'},
    {date: '2026-07-01', label: 'After the range'},
  ]
  const facts = factsOf({'1.0': '2025-05-01', '2.0': '2026-02-03'})
  assert.deepEqual(marksOf(sampleProject({milestones}), range, facts), [
    {day: '2026-02-03', label: '2.0', kind: 'version'},
    {day: '2026-03-01', label: 'Paper published', kind: 'milestone'},
    {day: '2026-06-30', label: 'Last day', kind: 'milestone'},
  ])
})

test('it marks no version of the first day of data, because nobody knows when that version was new', () => {
  const facts = factsOf({'1.0': '2026-02-01', '1.1': '2026-02-02'}, {}, '2026-02-01')
  assert.deepEqual(
    marksOf(sampleProject(), range, facts).map(({label}) => label),
    ['1.1'],
  )
})

test('it marks at most ten versions: those with most runs', () => {
  const names = Array.from({length: 12}, (_, index) => `v${String(index).padStart(2, '0')}`)
  const facts = factsOf(
    Object.fromEntries(names.map((name, index) => [name, `2026-03-${String(index + 1).padStart(2, '0')}`])),
    Object.fromEntries(names.map((name, index) => [name, index === 0 ? 100 : index])),
  )
  const marked = marksOf(sampleProject(), range, facts).map(({label}) => label)
  assert.deepEqual(marked, ['v00', ...names.slice(3)])
})
