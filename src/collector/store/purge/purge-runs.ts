import {reach} from '../../../fault-points.ts'
import type {ProjectFile} from '../../../protocol/project-file.ts'
import {planFlow} from '../../../stats/answer/flow.ts'
import {makePlan} from '../../../stats/answer/plan.ts'
import {type PeriodLength, periodsIn} from '../../../stats/model/period.ts'
import {parseStatsQuery} from '../../../stats/model/query.ts'
import type {StatsFacts, StatsQuestion, Step} from '../../../stats/model/source.ts'
import {createReadCache} from '../columns/read-cache.ts'
import {readFacts} from '../facts/facts.ts'
import {readSince} from '../facts/quality.ts'
import type {Store} from '../store.ts'
import {type Database, inTransaction} from '../tables/database.ts'
import type {Dictionary} from '../tables/dictionary.ts'
import {readRunsBefore} from '../totals/read-run-totals.ts'
import type {RunTotals} from '../totals/run-totals.ts'
import {type OnPurge, spanOf} from './purge-features.ts'
import {encodeRunDurations} from './total-durations.ts'

/**
 * Runs that a purge deletes: they began before the end of the month and gave no sign of life after it. Other runs stay,
 * so that their later events do not count them again.
 */
const deletable = 'project = :project AND counted_at < :to AND last_sign_at < :to'

const sql = {
  oldest: `
    SELECT min(atMs) AS atMs FROM (
      SELECT min(counted_at) AS atMs FROM runs WHERE project = :project AND counted_at >= :from
      UNION ALL SELECT min(last_sign_at) FROM runs
        WHERE project = :project AND counted_at < :purged AND last_sign_at >= :from
      UNION ALL SELECT min(ended_at) FROM unpaired_ends WHERE project = :project AND ended_at >= :from
      UNION ALL SELECT min(used_at) FROM presences WHERE project = :project AND used_at >= :from
      UNION ALL SELECT min(used_at) FROM features WHERE project = :project AND run IS NULL AND used_at >= :from)`,
  count: `
    SELECT count(*) AS runs, count(*) FILTER (WHERE result IS NULL AND last_sign_at > :lost) AS running
    FROM run_results WHERE project = :project AND counted_at >= :from AND counted_at < :to`,
  unpairedEnds: `
    SELECT count(*) AS ends FROM unpaired_ends WHERE project = :project AND ended_at >= :from AND ended_at < :to`,
  read: 'SELECT facts FROM run_totals WHERE project = :project AND span = :span',
  keep: `
    INSERT INTO run_totals (project, span, facts) VALUES (:project, :span, :facts)
    ON CONFLICT DO UPDATE SET facts = excluded.facts`,
  note: `
    INSERT INTO run_purges (project, runs_before, first_at) VALUES (:project, :to, :first)
    ON CONFLICT DO UPDATE SET runs_before = max(runs_before, excluded.runs_before), first_at = excluded.first_at`,
} as const

const deletions = [
  `DELETE FROM repeats WHERE project = :project AND run IN (SELECT run FROM runs WHERE ${deletable})`,
  `DELETE FROM runs WHERE ${deletable}`,
  'DELETE FROM unpaired_ends WHERE project = :project AND ended_at < :to',
  'DELETE FROM presences WHERE project = :project AND used_at < :to',
] as const

type RunPurger = Pick<Store, 'nextRunMonth' | 'countRuns' | 'purgeRuns'>

/** Makes the functions that purge runs. Only the process that writes the database may call them. */
export function createRunPurger(database: Database, dictionary: Dictionary, {marks, onPurged}: OnPurge): RunPurger {
  const idOf = (name: string): number => inTransaction(database, () => dictionary.projectId(name))
  return {
    async nextRunMonth(name, after) {
      const project = idOf(name)
      const purged = readRunsBefore(database, project) ?? 0
      const from = Math.max(purged, after === null ? 0 : spanOf(after).to)
      const atMs = database.prepare(sql.oldest).get({project, from, purged})?.['atMs']
      return atMs == null ? null : new Date(Number(atMs)).toISOString().slice(0, 7)
    },
    async countRuns(name, span, lostBeforeMs) {
      const row = database.prepare(sql.count).get({project: idOf(name), lost: lostBeforeMs, ...spanOf(span)})
      return {runs: Number(row?.['runs']), running: Number(row?.['running'])}
    },
    async purgeRuns(file, month, withYear, nowMs) {
      try {
        return inTransaction(database, () => {
          const project = dictionary.projectId(file.project)
          marks.touchPurged(project)
          marks.flush()
          return purgeMonth({database, project, file, nowMs}, month, withYear)
        })
      } catch (error) {
        dictionary.forget()
        throw error
      } finally {
        onPurged()
      }
    },
  }
}

function purgeMonth(counting: Counting, month: string, withYear: boolean): number {
  const {database, project} = counting
  const year = month.slice(0, 4)
  const {from, to} = spanOf(month)
  const before = readRunsBefore(database, project) ?? 0
  if (withYear && before <= spanOf(year).from) {
    keep(counting, year, countSpan(counting, year))
    keepFlows(counting, year)
  }
  const first = readSince(database, project)
  const totals = countSpan(counting, month)
  const {runs} = totals.span
  keep(counting, month, {...totals, flow: flowOf(counting, month, totals)})
  for (const text of deletions) database.prepare(text).run(valuesOf(text, {project, from, to}))
  database.prepare(sql.note).run({project, to, first})
  reach('collector: runs of a month deleted')
  return runs
}

/** Selects the values that a statement names: SQLite rejects others. */
const valuesOf = (text: string, values: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => text.includes(`:${name}`)))

interface Counting {
  readonly database: Database
  readonly project: number
  readonly file: ProjectFile
  readonly nowMs: number
}

function keep({database, project}: Counting, span: string, totals: RunTotals | Pick<RunTotals, 'flow'>): void {
  database.prepare(sql.keep).run({project, span, facts: JSON.stringify(totals)})
}

/** Totals a month or a year with the same question that people ask. */
function countSpan(counting: Counting, label: string): RunTotals {
  const {database, project, file} = counting
  const question = questionOf(counting, label)
  const by = lengthOf(label)
  const {found, steps} = planFlow(periodsIn(question.range, by, Number.POSITIVE_INFINITY), by, file.identity)
  const facts = ask(counting, {...question, steps})
  const ends = database.prepare(sql.unpairedEnds).get({project, ...spanOf(label)})
  return {
    span: {...facts.spans[0]!, durations: encodeRunDurations(database, {project, ...spanOf(label)})},
    exits: facts.exits,
    named: facts.named,
    numberFields: facts.numberFields,
    valueFields: facts.valueFields,
    unpairedEnds: Number(ends?.['ends']),
    flow: flowAt(facts, found[0]!.step),
  }
}

/**
 * Stores how many users of each month of a year were seen before, while the earlier months still have single runs. The
 * other totals of a month are counted when the month is purged.
 */
function keepFlows(counting: Counting, year: string): void {
  const question = questionOf(counting, year)
  const months = periodsIn(question.range, 'month', Number.POSITIVE_INFINITY)
  const {found, steps} = planFlow(months, 'month', counting.file.identity)
  const facts = ask(counting, {...question, spans: [], steps})
  for (const [index, {label}] of months.entries()) keep(counting, label, {flow: flowAt(facts, found[index]!.step)})
}

/** The flow of a month from `keepFlows`. If its users have changed since, the flow of the new totals. */
function flowOf({database, project}: Counting, month: string, {span, flow}: RunTotals): RunTotals['flow'] {
  const facts = database.prepare(sql.read).get({project, span: month})?.['facts']
  const before = facts === undefined ? null : (JSON.parse(String(facts)) as RunTotals).flow
  return before?.users === span.users.high ? before : flow
}

function flowAt({steps}: StatsFacts, step: number | null): RunTotals['flow'] {
  if (step === null) return null
  const {users, seenBefore, seenJustBefore} = steps.find(one => one.step === step) ?? {
    users: 0,
    seenBefore: 0,
    seenJustBefore: 0,
  }
  return {users, seenBefore, seenJustBefore}
}

const ask = ({database}: Counting, question: StatsQuestion & {readonly steps: readonly Step[]}): StatsFacts =>
  readFacts({database, cache: createReadCache(null), disk: {storeBytes: 0, freeBytes: null}}, question)

function questionOf({file, nowMs}: Counting, label: string): StatsQuestion {
  const {from, to} = spanOf(label)
  const day = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)
  const query = parseStatsQuery({project: file.project, from: day(from), to: day(to - 1), by: lengthOf(label)}, nowMs)
  const {question, range} = makePlan(file, query, nowMs)
  return {...question, spans: [range], periods: [range]}
}

const lengthOf = (label: string): PeriodLength => (label.length === 4 ? 'year' : 'month')
