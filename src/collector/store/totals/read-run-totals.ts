import {limitsFeatures, limitsHeaders} from '../../../stats/model/filters.ts'
import {headerWords} from '../../../stats/model/header-words.ts'
import {formatDay, startOfNextPeriod, startOfPeriod} from '../../../stats/model/period.ts'
import type {NamedFacts, SpanFacts, StatsQuestion} from '../../../stats/model/source.ts'
import type {Span} from '../../../stats/model/span.ts'
import type {Database} from '../tables/database.ts'
import type {FindKept, RunTotals} from './run-totals.ts'

/** Since when there are single runs of a project, and how to answer for the time before. */
export interface KeptRuns {
  /** Null while nothing is gone. */
  readonly sinceMs: number | null
  readonly find: FindKept
}

const noSpan: SpanFacts = {
  runs: 0,
  ciRuns: 0,
  users: 0,
  hosts: 0,
  usersOnSeveralDays: 0,
  hostsOnSeveralDays: 0,
  scripts: 0,
  outcomes: {ok: 0, failed: 0, signal: 0, lost: 0, running: 0, unknown: 0},
  duration: {n: 0, meanSeconds: null, p50Seconds: null, p90Seconds: null, p99Seconds: null},
}

/** A month in which nobody was there. */
const noTotals: RunTotals = {
  span: noSpan,
  exits: [],
  named: unknownNames(0),
  numberFields: [],
  valueFields: [],
  unpairedEnds: 0,
  isWholeRotation: true,
  flow: null,
}

/** Runs of which no word of the header is known: totals do not have the words that were added after them. */
function unknownNames(runs: number): NamedFacts {
  const entries = headerWords.map(word => [word, runs === 0 ? [] : [{name: null, runs, users: null}]])
  return Object.fromEntries(entries) as NamedFacts
}

/** What was kept, whatever version of the program kept it. */
function parseTotals(facts: string): RunTotals {
  const kept: RunTotals = {...noTotals, ...JSON.parse(facts)}
  return {...kept, named: {...unknownNames(kept.span.runs), ...kept.named}}
}

/** The instant before which single runs of a project are gone; null while none are. */
export function readRunsBefore(database: Database, project: number): number | null {
  const row = database.prepare('SELECT runs_before AS beforeMs FROM run_purges WHERE project = ?').get(project)
  return row === undefined ? null : Number(row['beforeMs'])
}

/**
 * Finds the totals that stand for single runs which are gone: of whole years where there are some, else of months. They
 * know no header, so under a filter on it what reaches before the runs is unknown. A filter on features asks for no runs.
 */
export function readKeptRuns(database: Database, project: number, {filters}: StatsQuestion): KeptRuns {
  const sinceMs = readRunsBefore(database, project)
  if (sinceMs === null || limitsFeatures(filters)) return {sinceMs, find: () => null}
  if (limitsHeaders(filters)) return {sinceMs, find: ({fromMs}) => (fromMs < sinceMs ? 'unknown' : null)}
  const read = database.prepare('SELECT facts FROM run_totals WHERE project = ? AND span = ?')
  const known = new Map<string, RunTotals | null>()
  const totalsOf = (label: string): RunTotals | null => {
    const before = known.get(label)
    if (before !== undefined) return before
    const facts = read.get(project, label)?.['facts']
    const totals = facts === undefined ? null : parseTotals(String(facts))
    known.set(label, totals)
    return totals
  }
  const oldest = database.prepare('SELECT min(span) AS label FROM run_totals WHERE project = ?').get(project)
  const firstMs = Date.parse(String(oldest?.['label']).slice(0, 4))
  return {sinceMs, find: span => findTotals(span, {firstMs, sinceMs, totalsOf})}
}

interface Totals {
  /** The year of the first totals begins here: before it there was nobody. */
  readonly firstMs: number
  readonly sinceMs: number
  totalsOf(label: string): RunTotals | null
}

function findTotals({fromMs, toMs}: Span, {firstMs, sinceMs, totalsOf}: Totals): ReturnType<FindKept> {
  if (fromMs >= sinceMs) return null
  const totals: RunTotals[] = []
  let atMs = Math.max(fromMs, Math.min(firstMs, toMs))
  while (atMs < Math.min(toMs, sinceMs)) {
    const yearEndMs = startOfNextPeriod(atMs, 'year')
    const isYear = startOfPeriod(atMs, 'year') === atMs && yearEndMs <= toMs
    const ofYear = isYear ? totalsOf(formatDay(atMs).slice(0, 4)) : null
    const monthEndMs = startOfNextPeriod(atMs, 'month')
    const isMonth = startOfPeriod(atMs, 'month') === atMs && monthEndMs <= Math.min(toMs, sinceMs)
    if (ofYear === null && !isMonth) return 'unknown'
    totals.push(ofYear ?? totalsOf(formatDay(atMs).slice(0, 7)) ?? noTotals)
    atMs = ofYear === null ? monthEndMs : yearEndMs
  }
  return {totals, restMs: Math.max(atMs, Math.min(sinceMs, toMs))}
}
