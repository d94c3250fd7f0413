import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {test} from 'node:test'
import {openSqliteSource} from '../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import type {ProjectFile} from '../../../src/protocol/project/project-file.ts'
import {rotationPeriod} from '../../../src/protocol/project/rotation.ts'
import type {Event} from '../../../src/protocol/report/event.ts'
import type {Header} from '../../../src/protocol/report/header.ts'
import {valuesOfHeader} from '../../../src/protocol/report/header-columns.ts'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import {breakdowns, namedUsageOf, type UserBounds} from '../../../src/stats/model/breakdowns.ts'
import {columnOfWord} from '../../../src/stats/model/header-words.ts'
import type {Count, Stats} from '../../../src/stats/model/model.ts'
import {periodsIn} from '../../../src/stats/model/period.ts'
import {parseStatsQuery, rangeOf, type StatsQuery} from '../../../src/stats/model/query.ts'
import type {Span} from '../../../src/stats/model/span.ts'
import {hideSmallCells} from '../../../src/stats/public/small-cells.ts'
import {tablesOf} from '../../../src/stats/write/tables.ts'
import {seededRandom} from '../../collector/random-use.ts'
import {batchOf, dayMs, featureOf, nowMs, sampleHeader, sampleProject, startOf} from '../../collector/samples.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

/** One use as it truly was: by a person, on a host, with a script, and what its report said of them. */
interface Use {
  readonly person: string
  readonly host: string
  readonly script: string | null
  readonly header: Header
  /** The period of the pseudonyms; null if the report has none. */
  readonly period: string | null
  readonly atMs: number
  readonly event: Event
  readonly isRun: boolean
}

interface World {
  readonly project: ProjectFile
  readonly uses: readonly Use[]
}

const hash = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('|')).digest('hex').slice(0, 32)
const iso = (atMs: number): string => new Date(atMs).toISOString()
const firstMs = Date.parse('2024-03-01T00:00:00Z')

/**
 * The clients: `current` says its period; `older` has a project file in which the year began in January; `first` is from
 * before the period was said; `silent` sends no user and no host, as Parsl's; `ci` is nobody.
 */
type Client = 'current' | 'older' | 'first' | 'silent' | 'ci'

/** Makes a world of a few people over almost three years, as events, without any process. */
function makeWorld(seed: number, random: () => number): World {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!
  const rotate = pick(['year', 'year', 'year', 'month', 'never'] as const)
  const yearBegins = rotate === 'year' ? pick([undefined, '10-01', '04-06', '07-01']) : undefined
  const identity = {rotate, ...(yearBegins === undefined ? {} : {yearBegins})}
  const project = sampleProject({project: `world-${seed}`, identity})
  const hasSilent = random() < 0.5
  const clients: readonly Client[] = [
    ...(['current', 'current', 'first'] as const),
    ...(rotate === 'year' ? (['older'] as const) : []),
    ...(hasSilent ? (['silent'] as const) : []),
    'ci',
  ]
  const onlySilent = random() < 0.1
  const people = Array.from({length: 2 + Math.floor(random() * 12)}, (_, number) => {
    const life = {fromMs: firstMs + random() * 600 * dayMs, days: 5 + random() * 900}
    const [before, after] = onlySilent ? (['silent', 'silent'] as const) : [pick(clients), pick(clients)]
    return {name: `p${number}`, life, before, after, upgradeMs: firstMs + random() * 900 * dayMs}
  })
  const uses = Array.from({length: 160}, (_, number) => {
    const {name, life, before, after, upgradeMs} = pick(people)
    const atMs = Math.min(nowMs - 1, Math.floor(life.fromMs + random() * life.days * dayMs))
    const client = atMs < upgradeMs ? before : after
    return useOf({number, person: name, host: pick(['h0', 'h1', `of ${name}`]), client, atMs, project}, pick)
  })
  return {project, uses}
}

interface Using {
  readonly number: number
  readonly person: string
  readonly host: string
  readonly client: Client
  readonly atMs: number
  readonly project: ProjectFile
}

function useOf({number, person, host, client, atMs, project}: Using, pick: <T>(values: readonly T[]) => T): Use {
  const terms = client === 'older' ? {rotate: project.identity.rotate} : project.identity
  const {name, firstDay} = rotationPeriod(terms, iso(atMs))
  const hasIds = client !== 'silent' && client !== 'ci'
  const path = hasIds ? pick(['a.sh', 'b.sh', null]) : null
  const header = sampleHeader({
    user: hasIds ? hash('user', person, name) : null,
    host: hasIds ? hash('host', host, name) : null,
    period: hasIds && client !== 'first' ? firstDay : null,
    ci: client === 'ci' ? 'gitlab' : null,
    version: pick(['1.0', '2.0', null]),
    scheduler: pick(['slurm', null]),
    application: pick(['parsl', 'other']),
    os: {name: pick(['Linux', 'Darwin']), version: null, arch: null, readable: pick(['Debian 12', null])},
  })
  const isRun = pick([true, true, false])
  const script = isRun && path !== null ? hash('script', person, path, name) : null
  const event: Event = isRun
    ? startOf(number, atMs, {script})
    : featureOf(number, atMs, {name: pick(['Load.v1', 'Fit.v1']), count: pick([1, 3])})
  const period = hasIds ? firstDay : null
  return {person, host, script: script === null ? null : `${person} ${path}`, header, period, atMs, event, isRun}
}

interface Truth {
  readonly low: number
  readonly high: number
  /** How many there truly were. */
  readonly true: number
}

type Who = 'person' | 'host' | 'script'
const wordOf = {
  person: ({header}: Use) => header.user,
  host: ({header}: Use) => header.host,
  script: ({event}: Use) => (event.type === 'start' ? event.script : null),
} as const

/** In a month with runs, a use without a run and without a user is of somebody who is counted by a run. */
function tellingOf(people: readonly Use[]): (use: Use) => boolean {
  const monthOf = ({atMs}: Use): string => iso(atMs).slice(0, 7)
  const withRuns = new Set(people.filter(({isRun}) => isRun).map(monthOf))
  return use => use.isRun || !withRuns.has(monthOf(use))
}

/** What can be known of some uses, and what is true. */
function truthOf(uses: readonly Use[], who: Who, weighOf: (use: Use) => number = () => 1): Truth {
  const people = uses.filter(({header}) => header.ci === null)
  const tells = tellingOf(people)
  const known = people.filter(use => wordOf[who](use) !== null)
  const unknown = people.filter(use => wordOf[who](use) === null && tells(use))
  const counts = [...Map.groupBy(known, ({period}) => period).values()].map(same => new Set(same.map(wordOf[who])).size)
  const isScript = who === 'script'
  const nameless = isScript ? 0 : unknown.reduce((sum, use) => sum + weighOf(use), 0)
  const truly = new Set([...known, ...(isScript ? [] : unknown)].map(use => use[who]))
  const high = counts.reduce((sum, one) => sum + one, 0) + nameless
  return {low: Math.max(0, ...counts), high, true: truly.size}
}

/** Whoever was truly seen on at least two days. */
function severalDays(uses: readonly Use[], who: Who): number {
  const people = uses.filter(({header}) => header.ci === null)
  const tells = tellingOf(people)
  const telling = people.filter(use => tells(use) || wordOf[who](use) !== null)
  const days = [...Map.groupBy(telling, use => use[who]).values()].map(
    same => new Set(same.map(({atMs}) => iso(atMs).slice(0, 10))).size,
  )
  return days.filter(count => count > 1).length
}

const seenTrue = {exact: 0, bounded: 0}

/** Asserts that what is said is true, and as near to the truth as can be known. */
function assertTold(
  count: Pick<Count, 'low' | 'high' | 'exact'> & {total?: number | null},
  truth: Truth,
  about: string,
): void {
  const {low, high, exact, total} = count
  assert.ok(low <= truth.true && truth.true <= high, `${about}: truly ${truth.true}, said to be ${low} to ${high}`)
  assert.deepEqual([low, high, exact], [truth.low, truth.high, truth.low === truth.high], about)
  if (total !== undefined) assert.equal(total, exact ? truth.true : null, about)
  seenTrue[exact ? 'exact' : 'bounded']++
}

const countOf = ({users, usersLow, usersHigh}: UserBounds) => ({
  total: users,
  low: usersLow,
  high: usersHigh,
  exact: users !== null,
})

const within = (uses: readonly Use[], {fromMs, toMs}: Span): Use[] =>
  uses.filter(({atMs}) => atMs >= fromMs && atMs < toMs)

/** Compares each number of people of an answer with the truth. */
function checkPeople(stats: Stats, {project, uses}: World, query: StatsQuery, about: string): void {
  const range = rangeOf(query)
  const inRange = within(uses, range)
  const spans = [range, ...periodsIn(range, query.by, nowMs, project.identity.yearBegins).map(({span}) => span)]
  for (const [key, who] of [
    ['users', 'person'],
    ['hosts', 'host'],
    ['scripts', 'script'],
  ] as const) {
    const {periods, ...total} = stats[key]!
    const counts = [total, ...periods.map(({value, ...period}) => ({...period, total: value}))]
    for (const [index, span] of spans.entries()) {
      const some = within(uses, span)
      assertTold(counts[index]!, truthOf(some, who), `${about}: ${key} ${index}`)
      if (who === 'script') continue
      const {low, high} = (counts[index] as unknown as {onSeveralDays: Count}).onSeveralDays
      const truly = severalDays(some, who)
      assert.ok(
        low <= truly && truly <= high,
        `${about}: ${key} on several days: ${truly}, said to be ${low} to ${high}`,
      )
    }
  }
  for (const row of breakdowns)
    for (const {name, ...usage} of namedUsageOf(stats, row)!) {
      const of = inRange.filter(
        use => use.isRun && valuesOfHeader(use.header)[columnOfWord[row.breakdown.word]] === name,
      )
      assertTold(countOf(usage), truthOf(of, 'person'), `${about}: ${row.key} ${name}`)
    }
  for (const [index, {versions}] of stats.adoption!.entries())
    for (const {version, ...usage} of versions) {
      const of = within(uses, spans[index + 1]!).filter(use => use.isRun && use.header.version === version)
      assertTold(countOf(usage), truthOf(of, 'person'), `${about}: adoption ${index} ${version}`)
    }
  for (const feature of stats.features!) {
    const of = inRange.filter(({event}) => event.type === 'feature' && event.name === feature.name)
    const weigh = ({event}: Use): number => (event.type === 'feature' ? event.count : 1)
    assertTold(countOf(feature), truthOf(of, 'person', weigh), `${about}: feature ${feature.name}`)
  }
}

/** Checks that every format has a number only where it is exact, and that a report shows nothing about few people. */
function checkFormats(stats: Stats, about: string): void {
  for (const {section, columns, rows} of tablesOf(stats)) {
    const at = (column: string): number => columns.indexOf(column)
    if (at('usersLow') < 0 || rows === null) continue
    for (const row of rows)
      assert.equal(
        row[at('users')],
        row[at('usersLow')] === row[at('usersHigh')] ? row[at('usersLow')] : null,
        `${about}: ${section}`,
      )
  }
  const small = hideSmallCells(stats)
  if (small === null) return
  for (const {section, columns, rows} of tablesOf(small.stats)) {
    const [low, high] = ['usersLow', 'usersHigh'].map(column => columns.indexOf(column)) as [number, number]
    for (const row of low < 0 ? [] : (rows ?? [])) {
      if (row[low] === null) continue
      const [least, most] = [Number(row[low]), Number(row[high])]
      assert.ok(least === 0 || least >= 5, `${about}: ${section} says ${least}`)
      assert.ok(least === most || most - least >= 5, `${about}: ${section} says ${least} to ${most}`)
    }
  }
}

function randomQueries(random: () => number, {project}: World): StatsQuery[] {
  const day = (daysAgo: number): string => iso(nowMs - daysAgo * dayMs).slice(0, 10)
  const to = Math.floor(random() * 700)
  const written = [
    {},
    {from: '2024-01-01', by: 'year'},
    {year: '2025', by: 'quarter'},
    {
      from: day(to + Math.floor(random() * 250)),
      to: day(to),
      by: ['week', 'month', 'quarter', 'year'][Math.floor(random() * 4)]!,
    },
  ]
  return written.map(one => parseStatsQuery({project: project.project, ...one}, nowMs, project.identity.yearBegins))
}

/** Compares each number of people with the truth, in one random world for each seed. */
export function peopleAreToldTruly(seeds: readonly number[]): void {
  test(`it says of ${seeds.length} worlds how many people there were, in each table`, async t => {
    const directory = temporaryDirectory(t)
    const store = openSqliteStore(directory)
    const source = openSqliteSource(directory)
    t.after(() => source.close())
    t.after(() => store.close())
    for (const seed of seeds) {
      const random = seededRandom(seed)
      const world = makeWorld(seed, random)
      const {project, uses} = world
      await store.insert(uses.map(({header, event}) => batchOf([event], {header, project: project.project})))
      for (const query of randomQueries(random, world)) {
        const stats = await answerStats(source, project, query, nowMs)
        const {rotate, yearBegins} = project.identity
        const about = `world ${seed} (${rotate} ${yearBegins}), ${query.from} to ${query.to} by ${query.by}`
        checkPeople(stats, world, query, about)
        checkFormats(stats, about)
      }
    }
    assert.ok(seenTrue.exact > 20 && seenTrue.bounded > 20, JSON.stringify(seenTrue))
  })
}
