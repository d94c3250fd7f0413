import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {limitsFeatures} from '../model/filters.ts'
import type {AroundMark, Mark, Stats} from '../model/model.ts'
import {formatDay, startOfPeriod} from '../model/period.ts'
import {rotationPeriods} from '../model/rotation.ts'
import type {SpanFacts, StatsFacts, StatsQuestion, StatsSource} from '../model/source.ts'
import {dayMs, type Span} from '../model/span.ts'
import {successRate} from './derive.ts'
import {userBounds} from './unique.ts'

/** Four weeks, so that both sides have each day of the week equally often. */
const wantedDays = 28
/** Fewer days after a mark are not compared. */
const minDays = 7
/** The newest marks are compared: each costs a part of a second question. */
const maxMarks = 3

/** A mark with the spans before and after its day, of equal length. */
interface Sides {
  readonly mark: Mark
  readonly before: Span
  readonly after: Span
}

/**
 * Compares the time before and after the newest marks, by one more question to the source. Days in progress are not
 * counted. Null with a filter on features.
 */
export async function answerAround(
  source: StatsSource,
  {identity}: Pick<ProjectFile, 'identity'>,
  {
    asked,
    marks,
    sinceMs,
  }: {readonly asked: StatsQuestion; readonly marks: readonly Mark[]} & Pick<StatsFacts, 'sinceMs'>,
  nowMs: number,
): Promise<Stats['beforeAndAfter']> {
  if (limitsFeatures(asked.filters)) return null
  const sides = marks.flatMap(mark => sidesOf(mark, nowMs)).slice(-maxMarks)
  if (sides.length === 0) return []
  const spans = sides.flatMap(({before, after}) => [before, after]).map(span => ({...span, needs: 'outcomes' as const}))
  const whole = {
    fromMs: Math.min(...spans.map(({fromMs}) => fromMs)),
    toMs: Math.max(...spans.map(({toMs}) => toMs)),
  }
  const none = {
    periods: [],
    steps: [],
    numberFields: [],
    valueFields: [],
    numberDetails: [],
    valueDetails: [],
    firstRuns: null,
    versionUsers: null,
  }
  const rotation = rotationPeriods(whole, identity)
  const facts = await source.facts({...asked, ...none, only: 'spans', range: spans.at(-1)!, spans, rotation})
  return sides.flatMap(({mark, before, after}, index) => [
    describe(mark, 'before', before, facts.spans[2 * index]!, sinceMs),
    describe(mark, 'after', after, facts.spans[2 * index + 1]!, sinceMs),
  ])
}

/** None if fewer than seven days have passed since the mark. */
function sidesOf(mark: Mark, nowMs: number): Sides[] {
  const atMs = Date.parse(mark.day)
  const days = Math.min(wantedDays, (startOfPeriod(nowMs, 'day') - atMs) / dayMs)
  if (days < minDays) return []
  const length = days * dayMs
  return [{mark, before: {fromMs: atMs - length, toMs: atMs}, after: {fromMs: atMs, toMs: atMs + length}}]
}

function describe(
  mark: Mark,
  side: AroundMark['side'],
  span: Span,
  facts: SpanFacts,
  sinceMs: number | null,
): AroundMark {
  const isCollected = sinceMs !== null && span.fromMs >= startOfPeriod(sinceMs, 'day')
  const reason = !isCollected ? 'not-collected' : facts.isUnknown ? 'gone' : null
  const days = {from: formatDay(span.fromMs), to: formatDay(span.toMs - dayMs)}
  if (reason !== null) return {...mark, side, ...days, reason, ...unknown}
  const {value, low, high} = successRate(facts.outcomes)
  const rate = {successRate: value, successLow: low, successHigh: high}
  return {...mark, side, ...days, reason, runs: facts.runs, ...userBounds(facts.users, facts), ...rate}
}

const unknown = {
  ...{runs: null, users: null, usersLow: null, usersHigh: null},
  ...{successRate: null, successLow: null, successHigh: null},
}
