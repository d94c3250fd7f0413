import {noBounds} from '../../../stats/model/bounds.ts'
import {limitsFeatures, limitsRuns} from '../../../stats/model/filters.ts'
import {formatDay, startOfNextPeriod, startOfPeriod} from '../../../stats/model/period.ts'
import type {NamedFacts, RotationPeriod, SpanFacts, StatsQuestion} from '../../../stats/model/source.ts'
import type {Span} from '../../../stats/model/span.ts'
import {readTotals} from './old-totals.ts'
import {type FindKept, noDuration, type RunTotals} from './run-totals.ts'

/** The totals of runs that a store has. */
export interface StoredRunTotals {
  /** The instant before which single runs are purged, Unix milliseconds. Null if none are. */
  readonly sinceMs: number | null
  /** The label of the oldest totals. Null if there are none. */
  oldest(): string | null
  /** The totals of a month `YYYY-MM` or a year `YYYY` as JSON. Null if there are none. */
  read(label: string): string | null
}

/** Since when single runs of a project are kept, and the totals of the time before. */
export interface KeptRuns {
  /** Unix milliseconds. Null if nothing is purged. */
  readonly sinceMs: number | null
  readonly find: FindKept
}

const noSpan: SpanFacts = {
  runs: 0,
  ciRuns: 0,
  users: noBounds,
  hosts: noBounds,
  usersOnSeveralDays: noBounds,
  hostsOnSeveralDays: noBounds,
  usersOnlyAgents: noBounds,
  usersOnlyNewHomes: noBounds,
  scripts: noBounds,
  usesWithUser: 0,
  usesWithoutUser: 0,
  daysWithoutUser: 0,
  usesWithoutHost: 0,
  outcomes: {ok: 0, failed: 0, signal: 0, lost: 0, running: 0, unknown: 0},
  duration: noDuration,
}

/** Totals without use, for the keys that old totals lack. */
const noTotals: RunTotals = {
  span: noSpan,
  exits: [],
  versionEndings: null,
  named: {} as NamedFacts,
  numberFields: [],
  valueFields: [],
  unpairedEnds: 0,
  flow: null,
}

/** Parses totals that any earlier version of the program stored. */
function parseTotals(facts: string, label: string, rotation: readonly RotationPeriod[]): RunTotals {
  const kept: RunTotals = {...noTotals, ...JSON.parse(facts)}
  const exact = {percentileBound: kept.span.duration.n > 0 ? 0 : null}
  const span = {...noSpan, ...kept.span, duration: {...exact, ...kept.span.duration}}
  return readTotals({...kept, span}, label, rotation)
}

/** A month without use has no totals. */
const noUse = readTotals(
  {...noTotals, versionEndings: [], flow: {users: 0, seenBefore: 0, seenJustBefore: 0}},
  '1970',
  [],
)

/**
 * Finds the totals of purged runs: of whole years if they exist, else of months. With a filter on
 * headers or fields, which totals do not have, spans that begin before the single runs are unknown. A filter on features needs no totals of runs.
 */
export function findKeptRuns(stored: StoredRunTotals, {filters, rotation}: StatsQuestion): KeptRuns {
  const {sinceMs} = stored
  if (sinceMs === null || limitsFeatures(filters)) return {sinceMs, find: () => null}
  if (limitsRuns(filters)) return {sinceMs, find: ({fromMs}) => (fromMs < sinceMs ? 'unknown' : null)}
  const known = new Map<string, RunTotals | null>()
  const totalsOf = (label: string): RunTotals | null => {
    const before = known.get(label)
    if (before !== undefined) return before
    const facts = stored.read(label)
    const totals = facts === null ? null : parseTotals(facts, label, rotation)
    known.set(label, totals)
    return totals
  }
  const firstMs = Date.parse(String(stored.oldest()).slice(0, 4))
  return {sinceMs, find: span => findTotals(span, {firstMs, sinceMs, totalsOf})}
}

interface Totals {
  /** The beginning of the year of the oldest totals. There is no use before it. */
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
    totals.push(ofYear ?? totalsOf(formatDay(atMs).slice(0, 7)) ?? noUse)
    atMs = ofYear === null ? monthEndMs : yearEndMs
  }
  return {totals, restMs: Math.max(atMs, Math.min(sinceMs, toMs))}
}
