import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {Header} from '../../../src/protocol/report/header.ts'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import type {NamedUsage} from '../../../src/stats/model/breakdowns.ts'
import type {Stats} from '../../../src/stats/model/model.ts'
import {parseStatsQuery, type WrittenStatsQuery} from '../../../src/stats/model/query.ts'
import {minUsers} from '../../../src/stats/public/cells.ts'
import {type PublicStats, toPublic} from '../../../src/stats/public/public.ts'
import {naiveFacts, naiveUnpaired} from '../../collector/naive-facts.ts'
import {type Sent, seededRandom} from '../../collector/random-use.ts'
import {
  endOf,
  featureOf,
  nowMs,
  pseudonym,
  sampleHeader,
  sampleProject,
  startOf,
  uuid,
} from '../../collector/samples.ts'

const months = ['2025-09', '2025-10', '2025-11', '2025-12']
const versions = ['1', '2', '3', '4']
const systems = ['Linux', 'Darwin', 'Windows']
const applications = ['parsl', 'workbench']

/** Few people, most of whom use the first version, system and application: many cells are small. */
function smallWorld(random: () => number): Sent[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() ** 2.5 * values.length)]!
  return Array.from({length: 150}, (_, run) => {
    const atMs = Date.parse(`${months[Math.floor(random() * months.length)]}-1${Math.floor(random() * 10)}T12:00:00Z`)
    const header: Header = sampleHeader({
      user: pseudonym(`u${Math.floor(random() * 25)}`),
      host: pseudonym(`h${Math.floor(random() * 9)}`),
      version: pick(versions),
      application: pick(applications),
      os: {name: pick(systems), version: null, arch: null, readable: null},
      ci: random() < 0.1 ? 'gitlab' : null,
      agent: pick([null, 'codex', 'gemini', 'devin']),
    })
    const isRun = random() < 0.6
    const use = {run: isRun ? uuid('r', run) : null, name: pick(['Load.v1', 'Rebin.v1', 'Fit.v1'])}
    const events = [featureOf(run, atMs, {...use, featureType: pick(['Algorithm', 'Feature'])})]
    return [...(isRun ? [startOf(run, atMs), endOf(run, atMs)] : []), ...events].map(event => ({header, event}))
  }).flat()
}

const project = sampleProject()

/** Answers from events in memory, without a store. */
async function answer(sent: readonly Sent[], written: Omit<WrittenStatsQuery, 'project'>): Promise<Stats> {
  const counters = {
    duplicates: 0,
    clients: [],
    refused: 0,
    clamped: 0,
    wrongPeriods: 0,
    undeclaredFields: 0,
    folded: 0,
    beyondBudget: 0,
    pending: 0,
    storeBytes: 0,
    lastReportMs: null,
    erased: {runs: 0, features: 0},
    ...{datagrams: 0, datagramsLost: 0, datagramsUnknown: 0},
    featuresSinceMs: null,
    runsSinceMs: null,
    tables: null,
    freeBytes: null,
    growth: null,
  }
  const source = {
    projects: async () => [project],
    facts: async (question: Parameters<typeof naiveFacts>[1]) => ({
      ...naiveFacts(sent, question),
      quality: {...counters, unpaired: naiveUnpaired(sent, question)},
    }),
    close: async () => {},
  }
  return answerStats(source, project, parseStatsQuery({project: 'parsl', by: 'month', ...written}, nowMs), nowMs)
}

const rangeOfMonth = (month: string) => ({from: `${month}-01`, to: lastDay(month)})
const lastDay = (month: string): string => {
  const [year, number] = month.split('-').map(Number)
  return new Date(Date.UTC(year!, number!, 0)).toISOString().slice(0, 10)
}

/** Everything that anybody can learn of a month's runs by the values of one word, and what is true. */
interface Attack {
  readonly rows: readonly {readonly name: string | null; readonly runs: number; readonly users: number}[]
  readonly known: ReadonlyMap<string | null, number>
  readonly total: number | null
  /** How many different people are behind some names. */
  readonly peopleOf: (names: readonly (string | null)[]) => number
}

/** What a total leaves when all that is known is taken away must not be about fewer people than a cell may be. */
function assertNothingFollows({rows, known, total, peopleOf}: Attack, about: string): void {
  const unknown = rows.filter(({name}) => !known.has(name))
  for (const {name, users} of rows) if (known.has(name)) assert.ok(users >= minUsers, `${about}: ${name} is shown`)
  if (total === null || unknown.length === 0) return
  const isAlone = unknown.length === 1
  const isOfMany = peopleOf(unknown.map(({name}) => name)) >= minUsers
  assert.ok(isOfMany || unknown.length === rows.length, `${about}: the rest of ${total} is about few`)
  assert.ok(!isAlone || unknown[0]!.users >= minUsers, `${about}: ${unknown[0]!.name} follows from the total`)
}

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  test(`it reveals nothing about few people by totals, filters and complements (seed ${seed})`, async () => {
    const sent = smallWorld(seededRandom(seed))
    for (const month of months) {
      const range = rangeOfMonth(month)
      const whole = await answer(sent, range)
      const shown = toPublic(whole)
      // Debian is a part of Linux: a difference of both tables would reveal a hidden row.
      assert.ok(!Object.hasOwn(shown, 'readableSystems'))
      const dimensions = [
        [
          'app-version',
          knownUsers(whole.versions!.map(({version, ...usage}) => ({name: version, ...usage}))),
          shown.versions,
        ],
        ['system', knownUsers(whole.systems!), shown.systems],
        ['application', knownUsers(whole.applications!), shown.applications],
        ['agent', knownUsers(whole.agents!), shown.agents],
      ] as const
      for (const [filter, rows, list] of dimensions) {
        const known = new Map(list!.rows.map(({name, runs}) => [name, runs]))
        for (const {name} of rows) {
          const filtered = toPublic(await answer(sent, {...range, [filter]: name ?? 'none'}), whole)
          const {runs, users, hidden} = filtered.periods[0]!
          if (runs !== null) known.set(name, runs)
          const all = shown.periods[0]!.users
          if (users !== null && all !== null) assert.ok(users === all || all - users >= minUsers, 'the others are few')
          if (hidden) assert.deepEqual([users, runs], [null, null])
          for (const key of ['versions', 'systems', 'applications', 'agents', 'features', 'users'] as const)
            assert.equal(filtered[key], null, 'two words at once')
        }
        const peopleOf = (names: readonly (string | null)[]): number =>
          new Set(runsOf(sent, month).flatMap(({user, ...words}) => (names.includes(words[filter]) ? [user] : []))).size
        assertNothingFollows({rows, known, total: shown.periods[0]!.runs, peopleOf}, `${seed} ${month} ${filter}`)
      }
      for (const ci of ['only', 'none']) {
        const {runs} = toPublic(await answer(sent, {...range, ci}), whole).periods[0]!
        if (ci === 'only') assert.equal(runs, null)
        else if (runs !== null) assert.ok(whole.users.low >= minUsers)
      }
      const byAgents = toPublic(await answer(sent, {...range, agent: 'only'}), whole)
      assert.equal(byAgents.periods[0]!.runs, null)
      await assertFeatures(sent, whole, shown)
    }
  })

/** The people who ran something in a month, with the words by which filters select. */
const runsOf = (sent: readonly Sent[], month: string) =>
  sent
    .filter(({header, event}) => event.type === 'start' && event.time.startsWith(month) && header.ci === null)
    .map(({header: {user, version, os, application, agent}}) => ({
      ...{user, 'app-version': version, system: os?.name ?? null, application, agent},
    }))

const knownUsers = (rows: readonly NamedUsage[]) => rows.map(({users, ...row}) => ({...row, users: users!}))

async function assertFeatures(sent: readonly Sent[], whole: Stats, shown: PublicStats): Promise<void> {
  const usersOf = (type: string, name: string): number =>
    whole.features!.find(one => one.type === type && one.name === name)!.users!
  const open = new Set(shown.features!.rows.map(({type, name}) => `${type} ${name}`))
  for (const type of ['Algorithm', 'Feature']) {
    const written = {from: whole.from, to: whole.to, 'feature-type': type}
    const filtered = toPublic(await answer(sent, written), whole)
    for (const row of filtered.features!.rows) {
      assert.ok(usersOf(row.type, row.name) >= minUsers)
      assert.ok(open.has(`${row.type} ${row.name}`), 'a filter opens no row')
    }
    assert.equal(filtered.periods[0]!.runs, null)
  }
}

test('it shows the same numbers of a month in every range, and no sums over months', async () => {
  const sent = smallWorld(seededRandom(11))
  const year = toPublic(await answer(sent, {from: '2025-01-01', to: '2025-12-31'}))
  for (const month of months) {
    const alone = toPublic(await answer(sent, rangeOfMonth(month)))
    assert.deepEqual(
      alone.periods[0],
      year.periods.find(({period}) => period === month),
    )
    assert.equal(alone.users, null)
  }
  const {users, usersLow, usersHigh, periods, project: id, from, to, filters, ...rest} = year
  assert.deepEqual([usersLow, usersHigh], [users, users])
  assert.ok(users !== null && users >= minUsers && periods.length === 12 && id === 'parsl' && from < to && filters)
  assert.deepEqual(new Set(Object.values(rest)), new Set([null]))
})

test('it leaves out the current month', async () => {
  const sent = smallWorld(seededRandom(1)).slice(0, 1)
  const current = toPublic(await answer(sent, {from: '2026-01-01', to: '2026-11-22'}))
  assert.deepEqual([current.periods.at(-1)!.period, current.periods.length, current.users], ['2026-10', 10, null])
  assert.equal(toPublic(await answer(sent, {from: '2026-11-01', to: '2026-11-22'})).versions, null)
})

test('it hides the runs of few people among many who only used features', async () => {
  const atMs = Date.parse('2025-10-10T00:00:00Z')
  const person = (name: number) => sampleHeader({user: pseudonym(`p${name}`)})
  const lone = [1, 2, 3, 4, 5, 6].map(name => ({header: person(name), event: featureOf(name, atMs)}))
  const sent = [...lone, {header: person(1), event: startOf(1, atMs)}]
  const [period] = toPublic(await answer(sent, rangeOfMonth('2025-10'))).periods
  assert.deepEqual([period!.users, period!.runs, period!.hosts], [6, null, null])
})

test('it shows runs without users if there are enough of them on enough days, and says that users are unknown', async () => {
  const silent = sampleHeader({user: null, host: null, version: '2025.03.17'})
  const runs = (count: number, days: number): Sent[] =>
    Array.from({length: count}, (_, run) => {
      const atMs = Date.parse('2025-10-03T00:00:00Z') + (run % days) * 86_400_000
      return {header: silent, event: startOf(run, atMs)}
    })
  const range = rangeOfMonth('2025-10')
  for (const few of [runs(19, 10), runs(400, 4)])
    assert.deepEqual(toPublic(await answer(few, range)).periods[0]!.hidden, true)
  const {periods, versions: rows} = toPublic(await answer(runs(20, 5), range))
  const {users, usersLow, usersHigh, runs: count, hosts} = periods[0]!
  assert.deepEqual([users, usersLow, usersHigh, count, hosts], [null, null, null, 20, null])
  const unknown = {users: null, usersLow: null, usersHigh: null}
  assert.deepEqual(rows!.rows, [{name: '2025.03.17', runs: 20, ...unknown}])
})

test('it shows only the lower bound of users, from whose sum a hidden number could be subtracted', async () => {
  const atMs = Date.parse('2025-10-10T00:00:00Z')
  const of = (period: string, count: number): Sent[] =>
    Array.from({length: count}, (_, run) => ({
      header: sampleHeader({user: pseudonym(`${period}${run}`), period}),
      event: startOf(Number(period.slice(5, 7)) * 100 + run, atMs),
    }))
  const [month] = toPublic(
    await answer([...of('2025-01-01', 9), ...of('2025-10-01', 2)], rangeOfMonth('2025-10')),
  ).periods
  assert.deepEqual([month!.users, month!.usersLow, month!.usersHigh, month!.runs], [null, 9, null, 11])
})

test('it shows no mean duration of a filter, from which that of a single other run would follow', async () => {
  const atMs = Date.parse('2025-10-10T00:00:00Z')
  const sent = Array.from({length: 12}, (_, run): Sent[] => {
    const header = sampleHeader({user: pseudonym(`p${run}`), version: run < 6 ? '1.0' : '2.0'})
    const ended = run < 7 ? [{header, event: endOf(run, atMs + 60_000 * (run + 1))}] : []
    return [{header, event: startOf(run, atMs)}, ...ended]
  }).flat()
  const whole = await answer(sent, rangeOfMonth('2025-10'))
  const durationOf = (shown: PublicStats) => shown.periods[0]!.duration!
  const filtered = durationOf(toPublic(await answer(sent, {...rangeOfMonth('2025-10'), 'app-version': '1.0'}), whole))
  assert.deepEqual([filtered.n, filtered.meanSeconds, filtered.p50Seconds === null], [6, null, false])
  assert.notEqual(durationOf(toPublic(whole)).meanSeconds, null)
})

test('it rejects questions that are not public', async () => {
  const range = rangeOfMonth('2025-10')
  const whole = await answer([], range)
  const wrong: readonly (readonly [Omit<WrittenStatsQuery, 'project'>, Stats | null])[] = [
    [{...range, by: 'week'}, null],
    [{...range, by: 'day'}, null],
    [{...range, by: 'year'}, null],
    [{from: '2025-10-02', to: '2025-10-31'}, null],
    [{from: '2025-10-01', to: '2025-10-30'}, null],
    [{...range, system: 'Linux', ci: 'none'}, whole],
    [{...range, internal: '1'}, whole],
    [{...range, direct: '1'}, whole],
    [{...range, system: 'Linux'}, null],
    [{...rangeOfMonth('2025-11'), system: 'Linux'}, whole],
    [{from: '2025-10-01', to: '2025-11-30', system: 'Linux'}, whole],
  ]
  for (const [written, unfiltered] of wrong) {
    const stats = await answer([], written)
    assert.throws(() => toPublic(stats, unfiltered), {code: 'USAGE_QUERY_INVALID', message: /^public answers: /})
  }
  toPublic(whole)
})
