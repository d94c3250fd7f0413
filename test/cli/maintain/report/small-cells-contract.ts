import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {ReportDocument} from '../../../../src/dashboard/report/report.ts'
import {startOfNextPeriod} from '../../../../src/stats/model/period.ts'
import {seededRandom} from '../../../collector/random-use.ts'
import {dayMs, nowMs} from '../../../collector/samples.ts'
import {day, iso, peopleIn, type Run, reportAbout, within} from './report-about.ts'

/** A sum of runs that a report contains, and the time of it. */
interface Sum {
  readonly fromMs: number
  readonly toMs: number
  readonly runs: number
}

/** Every number of runs in a report, also those that only follow from a change. */
function sumsOf({figures, years, complete, from, to}: ReportDocument, now: number): Sum[] {
  const spanOf = (period: string): {fromMs: number; toMs: number} => {
    const [first, last] = period.split('/')
    if (last !== undefined) return {fromMs: day(first!), toMs: day(last) + dayMs}
    const fromMs = day(`${period}-01`)
    return {fromMs, toMs: startOfNextPeriod(fromMs, 'month')}
  }
  const rows = figures.find(({key}) => key === 'runs')?.rows ?? []
  const ofTable = rows.map(row => ({...spanOf(String(row['period'])), runs: Number(row['value'])}))
  const ofYears = (years?.rows ?? []).flatMap(row => {
    const {runsChange, reason, from: first} = row.compared
    const year = {fromMs: day(row.from), toMs: day(row.to) + dayMs, runs: row.runs!}
    if (reason !== null || runsChange === null) return [year]
    const toMs = row.complete ? year.fromMs : new Date(now).setUTCFullYear(new Date(now).getUTCFullYear() - 1)
    return [year, {fromMs: day(first!), toMs, runs: Math.round(row.runs! / (1 + runsChange))}]
  })
  const total =
    years?.total == null
      ? []
      : [{fromMs: day(years.total.from), toMs: day(years.total.to) + dayMs, runs: years.total.runs!}]
  assert.ok(complete || to > from)
  return [...ofTable, ...ofYears, ...total]
}

/** Whether a vector is a sum of multiples of the rows. */
function isDerivable(rows: readonly (readonly number[])[], wanted: readonly number[]): boolean {
  const basis: number[][] = []
  const reduce = (vector: readonly number[]): number[] => {
    let rest = [...vector]
    for (const row of basis) {
      const place = row.findIndex(one => one !== 0)
      const factor = rest[place]! / row[place]!
      if (factor !== 0)
        rest = rest.map((one, index) => (Math.abs(one - factor * row[index]!) < 1e-9 ? 0 : one - factor * row[index]!))
    }
    return rest
  }
  for (const row of rows) {
    const rest = reduce(row)
    if (rest.some(one => one !== 0)) basis.push(rest)
  }
  // The basis is not in echelon form, so reduce until nothing changes.
  let rest = reduce(wanted)
  for (let turn = 0; turn < basis.length; turn++) rest = reduce(rest)
  return rest.every(one => one === 0)
}

/** Few people over some years, with busy and quiet months. */
function makeRuns(random: () => number): Run[] {
  const months = ['2023', '2024', '2025', '2026'].flatMap(year =>
    Array.from({length: 12}, (_, index) => `${year}-${String(index + 1).padStart(2, '0')}`),
  )
  const first = Math.floor(random() * 30)
  return months
    .filter((month, index) => index >= first && month <= '2026-11')
    .flatMap(month => {
      const people = random() < 0.35 ? Math.floor(random() * 5) : 5 + Math.floor(random() * 9)
      return Array.from({length: people * (1 + Math.floor(random() * 3))}, () => ({
        person: `p${Math.floor(random() * 14) % Math.max(1, people)}`,
        atMs: Math.min(nowMs - 1, day(`${month}-01`) + Math.floor(random() * 21 * dayMs)),
      }))
    })
}

/** Solves the sums of reports about one random world for each seed. */
export function reportsGiveNoFewAway(seeds: readonly number[]): void {
  test(`no sum of ${seeds.length} reports is about one to four people, nor follows by adding and subtracting`, async t => {
    let found = 0
    for (const seed of seeds) {
      const random = seededRandom(seed)
      const runs = makeRuns(random)
      if (runs.length === 0) continue
      const written = [{year: '2025'}, {year: '2026'}, {year: 'last'}, {}][seed % 4]!
      const report = await reportAbout(t, {runs, rotate: seed % 3 === 0 ? 'never' : 'year', written})
      const sums = sumsOf(report, nowMs)
      for (const {fromMs, toMs, runs: told} of sums)
        assert.equal(within(runs, fromMs, toMs).length, told, `world ${seed}: ${iso(fromMs)} to ${iso(toMs)}`)
      const edges = [...new Set(sums.flatMap(({fromMs, toMs}) => [fromMs, toMs]))].sort((a, b) => a - b)
      const atoms = edges.slice(1).map((toMs, index) => ({fromMs: edges[index]!, toMs}))
      const vectorOf = ({fromMs, toMs}: Pick<Sum, 'fromMs' | 'toMs'>): number[] =>
        atoms.map(atom => (atom.fromMs >= fromMs && atom.toMs <= toMs ? 1 : 0))
      const vectors = sums.map(vectorOf)
      for (const [index, {fromMs}] of atoms.entries())
        for (const {toMs} of atoms.slice(index)) {
          const people = peopleIn(within(runs, fromMs, toMs))
          if (people === 0 || people > 4) continue
          found++
          assert.ok(
            !isDerivable(vectors, vectorOf({fromMs, toMs})),
            `world ${seed}: ${people} people, ${iso(fromMs)} to ${iso(toMs)}`,
          )
        }
    }
    assert.ok(found > seeds.length, `${found} times of few people were tried`)
  })
}
