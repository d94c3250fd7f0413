import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {test} from 'node:test'
import {askReport} from '../../../../src/cli/maintain/report/ask-report.ts'
import {openSqliteSource} from '../../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../../src/collector/store/sqlite/sqlite.ts'
import {makeReport, type ReportDocument} from '../../../../src/dashboard/report/report.ts'
import {rotationPeriod} from '../../../../src/protocol/rotation.ts'
import {answerStats} from '../../../../src/stats/answer/answer.ts'
import {formatDay, startOfNextPeriod} from '../../../../src/stats/model/period.ts'
import {parseStatsQuery} from '../../../../src/stats/model/query.ts'
import {seededRandom} from '../../../collector/random-use.ts'
import {batchOf, dayMs, nowMs, sampleHeader, sampleProject, startOf} from '../../../collector/samples.ts'
import {temporaryDirectory} from '../../../support/temporary-directory.ts'

/** One run as it truly was. */
interface Run {
  readonly person: string
  readonly atMs: number
}

interface Asked {
  readonly runs: readonly Run[]
  readonly rotate?: 'year' | 'never'
  readonly yearBegins?: string
  /** The flags of the command. */
  readonly written?: {readonly year?: string; readonly from?: string; readonly to?: string}
  readonly nowMs?: number
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)
const iso = (atMs: number): string => new Date(atMs).toISOString()
const day = (written: string): number => Date.parse(`${written}T00:00:00Z`)

/** Stores runs in a store of their own and makes the report about them. */
async function reportAbout(
  t: Parameters<typeof temporaryDirectory>[0],
  {runs, rotate = 'year', yearBegins = '01-01', written = {}, nowMs: now = nowMs}: Asked,
): Promise<ReportDocument> {
  const directory = temporaryDirectory(t)
  const project = sampleProject({identity: {rotate, yearBegins}})
  const store = openSqliteStore(directory)
  const batches = runs.map(({person, atMs}, number) => {
    const {name, firstDay} = rotationPeriod(project.identity, iso(atMs))
    const header = sampleHeader({user: hash(`${person} ${name}`), host: hash(`of ${person} ${name}`), period: firstDay})
    return batchOf([startOf(number, atMs)], {header, project: project.project})
  })
  await store.insert(batches)
  await store.close()
  const source = openSqliteSource(directory)
  try {
    const {stats, years} = await askReport(
      question => {
        const query = parseStatsQuery({...question, project: project.project}, now, project.identity.yearBegins)
        return answerStats(source, project, query, now)
      },
      {project: project.project, ...written},
    )
    return makeReport({stats, years, project, citation: null, command: '', nowMs: now}).document
  } finally {
    await source.close()
  }
}

const within = (runs: readonly Run[], fromMs: number, toMs: number): Run[] =>
  runs.filter(({atMs}) => atMs >= fromMs && atMs < toMs)
const peopleIn = (runs: readonly Run[]): number => new Set(runs.map(({person}) => person)).size

/** Runs of so many people on the first days of a month, so that each has several. */
const busy = (month: string, people: number, runsEach = 2): Run[] =>
  Array.from({length: people * runsEach}, (_, number) => ({
    person: `p${number % people}`,
    atMs: day(`${month}-01`) + (number % 25) * dayMs + number,
  }))

test('it puts reporting years side by side with the runs and people that an independent count finds', async t => {
  const runs = ['2024-06', '2025-01', '2025-06', '2025-11', '2026-02', '2026-10'].flatMap((month, index) =>
    busy(month, 6 + index, 1 + (index % 3)),
  )
  for (const [yearBegins, year] of [
    ['01-01', '2025'],
    ['10-01', '2025'],
    ['04-06', '2025'],
  ] as const) {
    const {years, from, to} = await reportAbout(t, {runs, yearBegins, written: {year}})
    let soFar = 0
    for (const row of years!.rows) {
      const startMs = day(row.from)
      assert.equal(row.from.slice(5), yearBegins)
      assert.equal(formatDay(startOfNextPeriod(startMs, 'year', yearBegins) - dayMs), row.to)
      const own = within(runs, startMs, day(row.to) + dayMs)
      soFar += own.length
      assert.deepEqual([row.runs, row.users, row.runsSoFar], [own.length, peopleIn(own), soFar], row.year)
    }
    assert.deepEqual([years!.rows.at(-1)!.from, years!.rows.at(-1)!.to], [from, to])
    assert.equal(years!.total!.runs, soFar)
  }
})

test('it compares a year in progress with the same part of the year before, and nothing with a time before the data', async t => {
  const runs = [...busy('2024-03', 6), ...busy('2025-02', 8), ...busy('2025-12', 9), ...busy('2026-02', 16)]
  const {years, sentences} = await reportAbout(t, {runs, written: {year: '2026'}})
  const compared = years!.rows.map(({year, compared: one}) => [year, one.reason, one.runsChange, one.from, one.to])
  assert.deepEqual(compared, [
    ['2024', 'first-year', null, null, null],
    ['2025', 'not-collected', null, null, null],
    // 16 runs in February 2025, 32 in February 2026; the runs of December 2025 are not compared.
    ['2026', null, 1, '2025-01-01', '2025-11-22'],
  ])
  assert.match(
    sentences[0]!,
    /^In 2026 so far, 16 people used parsl, as many again as|^In 2026 so far, 16 people used parsl, 100 % more than in the same part of 2025\.$/,
  )
})

test('it leaves out a comparison with a part of a year if the rest of that year is about few people', async t => {
  const runs = [...busy('2024-03', 6), ...busy('2025-02', 8), ...busy('2025-12', 2), ...busy('2026-02', 16)]
  const {years, figures, sentences} = await reportAbout(t, {runs, written: {year: '2026'}})
  const {compared} = years!.rows.at(-1)!
  assert.deepEqual([compared.reason, compared.runsChange, compared.usersChange], ['few-users', null, null])
  assert.doesNotMatch(
    [...sentences, ...figures.map(({sentence}) => sentence)].join(' '),
    /% more|% fewer|times as many/,
  )
})

test('it shows years back to one of few users, and no total contains that one', async t => {
  const runs = [...busy('2022-03', 9), ...busy('2023-05', 3), ...busy('2024-03', 7), ...busy('2025-03', 8)]
  const {years} = await reportAbout(t, {runs, written: {year: '2025'}})
  assert.deepEqual(
    years!.rows.map(({year}) => year),
    ['2024', '2025'],
  )
  assert.deepEqual([years!.leftOut, years!.total!.runs], [2, 30])
})

test('it leaves out how many people all years have if they are few more than those of one year', async t => {
  const many = busy('2025-03', 12)
  const more = (people: number): Run[] =>
    [...busy('2024-03', 6), ...many].concat(
      Array.from({length: people}, (_, number) => ({person: `q${number}`, atMs: day('2024-04-02') + number})),
    )
  const totalOf = async (people: number) =>
    (await reportAbout(t, {runs: more(people), rotate: 'never', written: {year: '2025'}})).years!.total!
  assert.equal((await totalOf(0)).users, 12)
  const {users, usersLow, usersHigh} = await totalOf(2)
  assert.deepEqual([users, usersLow, usersHigh], [null, 12, 20])
  assert.equal((await totalOf(5)).users, 17)
})

test('it reports on a young project, on one with few users, and refuses one without data', async t => {
  const young = await reportAbout(t, {runs: busy('2026-10', 7)})
  assert.deepEqual([young.year, young.years, young.fewUsers], [null, null, false])
  const few = await reportAbout(t, {runs: busy('2026-10', 4)})
  assert.deepEqual([few.fewUsers, few.figures], [true, []])
  await assert.rejects(reportAbout(t, {runs: []}), {code: 'USAGE_NOTHING_TO_REPORT'})
})

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

test('it contains no sum of runs of one to four people, and none follows from its sums by adding and subtracting', async t => {
  let found = 0
  for (let seed = 1; seed <= 40; seed++) {
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
  assert.ok(found > 50, `${found} times of few people were tried`)
})
