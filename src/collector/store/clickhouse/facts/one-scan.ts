import {minUsers} from '../../../../stats/model/bounds.ts'
import type {StatsQuestion} from '../../../../stats/model/source.ts'
import type {Span} from '../../../../stats/model/span.ts'
import type {Pieces} from './pieces.ts'
import {every, numbers, some, within} from './sql.ts'

/** What is counted in the one scan. A word of the header has the number `word` and its place. */
export const kinds = {
  count: 0,
  user: 1,
  host: 2,
  script: 3,
  unknownDay: 4,
  seconds: 5,
  adoption: 7,
  number: 8,
  value: 9,
  step: 10,
  ending: 11,
  firstRun: 12,
  /** All words of a header, in lines. They become single words after equal ones are grouped. */
  words: 13,
  word: 20,
} as const

/** Whether a use says who: a user, an unknown person, or CI, which is nobody. */
export const sayers = {user: 0, unknown: 1, ci: 2} as const

/** A row of the answer: one for each kind, place (span, step, ...), month, name and part (period, code ...). */
export interface Counted {
  readonly kind: number
  readonly at_place: number
  /** When the month begins, Unix milliseconds; 0 where months do not matter. */
  readonly month: number
  readonly name: string
  readonly part: number
  /** Different people, hosts, scripts or days. */
  readonly n: number
  /** Those of several days, and those all of whose uses carry a mark. */
  readonly several: number
  readonly agents: number
  readonly newHomes: number
  /** Runs, or other events. */
  readonly rows: number
  /** The earliest of them, Unix milliseconds, if they are runs. */
  readonly earliest: number
  readonly uses: number
  readonly before: number
  readonly justBefore: number
  readonly values: number
  readonly sum: number
  readonly max: number
  readonly p: readonly (number | null)[]
  /** At most five users of a name of the header, and when each was seen first. */
  readonly few: readonly (readonly [user: string, ord: string])[]
}

export interface Asked {
  readonly pieces: Pieces
  readonly spans: readonly Span[]
  /** The spans for which scripts, and those for which durations are needed. Null: not needed. */
  readonly withScripts: readonly (Span | null)[]
  readonly withDurations: readonly (Span | null)[]
  /** The span of the first run of each version. Null: not needed. */
  readonly firstRuns: Span | null
  readonly question: StatsQuestion
}

/** No kind: such an element is left out. */
const noKind = 255

/**
 * What uses add to: each has elements of kind, slot, name, who and value. A slot is a piece of time, or what the kind says.
 * `who` is counted once in each slot: a person, a day ...
 */
function elementsSql({pieces, question, firstRuns, withScripts, withDurations}: Asked, uses: string): string {
  const {range, periods, only} = question
  const {user, unknown, ci} = sayers
  const element = (kind: number, condition: string, slot: string, name: string, who: string, value = 'nan'): string =>
    `(if(${condition}, ${kind}, ${noKind}), ${slot}, ${name}, ${who}, ${value})`
  const areNeeded = (spans: readonly (Span | null)[]): boolean => spans.some(span => span !== null)
  const unknownDay = 'toUInt64(2 * day + (what = 0))'
  const slotOfPeriod = 'toUInt32(3 * (period_at - 1) + sayer)'
  const ofUse = [
    element(kinds.count, 'piece > 0', 'piece', `''`, 'code'),
    element(kinds.user, every('piece > 0', 'person > 0'), 'piece', `''`, 'person'),
    element(kinds.host, every('piece > 0', 'host_id > 0', 'NOT is_ci'), 'piece', `''`, 'host_id'),
    element(kinds.unknownDay, every('piece > 0', `sayer = ${unknown}`), 'piece', `''`, unknownDay),
  ]
  const isTold = every('piece > 0', 'script_id > 0', 'NOT is_ci')
  if (areNeeded(withScripts)) ofUse.push(element(kinds.script, isTold, 'piece', `''`, 'script_id'))
  const isTimed = every('piece > 0', 'NOT isNaN(took)')
  if (areNeeded(withDurations)) ofUse.push(element(kinds.seconds, isTimed, 'piece', `''`, 'toUInt64(0)', 'took'))
  if (only !== 'spans')
    ofUse.push(
      element(kinds.words, 'in_range', 'toUInt32(sayer)', 'words', 'who'),
      element(kinds.ending, 'in_range', 'toUInt32(result)', `concat(version_word, '\\n', exit)`, 'toUInt64(0)'),
      element(kinds.adoption, 'period_at > 0', slotOfPeriod, 'version_word', 'who'),
    )
  if (firstRuns !== null) {
    const isFirst = every(...within(firstRuns, 'at_order'), `version_word != ''`)
    ofUse.push(element(kinds.firstRun, isFirst, 'toUInt32(0)', 'version_word', 'toUInt64(0)'))
  }
  const all = [`[${ofUse.join(', ')}]`, ...fieldElements(question)]
  return `
    SELECT day, at_order, own, marks, what, uses, arrayJoin(arrayFilter(one -> one.1 != ${noKind}, arrayConcat(${all.join(', ')}))) AS e
    FROM (
      SELECT at_order, own, marks, what, uses, took, exit, result, words, version_word, is_ci, day, piece, sayer, code, host_id,
        script_id, in_range, period_at, ${countFields(question) === 0 ? '' : `${rawFields} AS raw_fields,`}
        if(sayer = ${user}, user_id, 0) AS person, multiIf(sayer = ${user}, user_id, sayer = ${unknown}, toUInt64(day), 0) AS who
      FROM (
        SELECT *, intDiv(at, 86400000) AS day, ${pieces.pieceOfAt} AS piece,
          multiIf(is_ci, ${ci}, user_id = 0, ${unknown}, ${user}) AS sayer,
          toUInt64(what + 8 * is_ci + 16 * (user_id != 0) + 32 * (host_id != 0) + 64 * result) AS code,
          at + if(what = 0, 0, 8796093022208) AS at_order, ${every('what = 0', ...within(range))} AS in_range,
          ${periods.length === 0 ? 'toUInt32(0)' : `if(what = 0, ${placeIn(periods)}, 0)`} AS period_at,
          ${every('what = 0', some('notEmpty(start_fields)', 'notEmpty(end_fields)'))} AS has_fields,
          toUInt32(if(own_period < 0, ${pieces.periodOf}[piece], own_period)) AS own
        FROM view(${uses})))`
}

/** The number of fields of a question, each in a place of its own: first numbers, then the others. */
export const countFields = ({numberFields, valueFields}: StatsQuestion): number =>
  numberFields.length + valueFields.length

/** The JSON of each field of a run, in their order; empty where the run has none. If start and end report it, the end counts. */
const rawFields = `if(has_fields, arrayMap(
  field -> if(JSONExtractRaw(end_fields, field) = '', JSONExtractRaw(start_fields, field), JSONExtractRaw(end_fields, field)),
  {fields:Array(String)}), [])`

/** The elements of the fields of a run, `raw_fields`. The name of a number is its place; that of a value is its JSON. */
function fieldElements(question: StatsQuestion): string[] {
  const numberOf = question.numberFields.length
  if (countFields(question) === 0) return []
  const isNumber = every(`i <= ${numberOf}`, some(every(`raw >= '0'`, `raw < ':'`), `startsWith(raw, '-')`))
  const isText = every(`i > ${numberOf}`, some(`startsWith(raw, '"')`, `raw = 'true'`, `raw = 'false'`))
  const slot = `toUInt32(2 * (3 * (${countFields(question)} * period_at + i - 1) + sayer) + in_range)`
  const ofEach = (kind: number, condition: string, place: string, name: string, who: string, value = 'nan'): string =>
    `arrayMap((raw, i) -> (if(${condition}, ${kind}, ${noKind}), ${place}, ${name}, ${who}, ${value}), raw_fields, arrayEnumerate(raw_fields))`
  const none = 'toUInt64(0)'
  return [
    ofEach(kinds.number, isNumber, 'toUInt32(2 * period_at + in_range)', 'toString(i)', none, 'JSONExtractFloat(raw)'),
    ofEach(kinds.value, some(isNumber, isText), slot, `''`, 'who'),
    ofEach(kinds.value, isText, slot, 'raw', 'who'),
  ]
}

/** One more than the place of the span that contains `at`; 0 for none. The spans do not overlap and are in order. */
function placeIn(spans: readonly Span[]): string {
  const bounds = spans.flatMap(({fromMs, toMs}, place) => [
    {atMs: fromMs, place: place + 1},
    ...(spans[place + 1]?.fromMs === toMs ? [] : [{atMs: toMs, place: 0}]),
  ])
  const known = bounds.filter(({atMs}, index) => bounds[index + 1]?.atMs !== atMs)
  const instants = numbers(known.map(({atMs}) => atMs))
  const places = numbers(
    known.map(({place}) => place),
    'UInt32',
  )
  return `if(at < ${known[0]!.atMs}, 0, transform(roundDown(at, ${instants}), ${instants}, ${places}, toUInt32(0)))`
}

/** The first step of counting, on each shard: by kind, slot, name and who. */
export const groupsSql = (asked: Asked, uses: string): string => `
  SELECT e.1 AS kind, e.2 AS slot, e.3 AS name, e.4 AS who, count() AS rows, sum(uses) AS uses, min(day) AS first,
    max(day) AS last, argMin(own, at_order) AS period, min(at_order) AS ord, groupBitAnd(marks) AS marks,
    groupArrayIf(e.5, NOT isNaN(e.5)) AS values
  FROM (${elementsSql(asked, uses)}) GROUP BY kind, slot, name, who`

/** Counts from groups: by span, and then how many different people there were. */
export function countsSql(asked: Asked, groups: string): string {
  const {pieces, spans, withScripts, withDurations, question} = asked
  const {count, user, host, script, unknownDay, seconds, step, word, adoption} = kinds
  const parts = numbers(
    question.steps.map(({part}) => partsOf(question).indexOf(part)),
    'UInt32',
  )
  const inPiece = `if(kind <= ${seconds}, slot, 0)`
  const to = (some: string, month = '0'): string => `arrayMap(s -> (kind, s, toInt64(${month}), name), ${some})`
  const ofFields = 3 * Math.max(1, countFields(question))
  const inRangeAndPeriod = (ofRange: string, ofPeriod: string, hasPeriod: string): string =>
    `arrayConcat(arrayFilter(one -> slot % 2 = 1, [(kind, toUInt32(${ofRange}), toInt64(0), name)]), arrayFilter(one -> ${hasPeriod}, [(kind, toUInt32(${ofPeriod}), toInt64(0), name)]))`
  const targets = `multiIf(
    kind IN (${count}, ${unknownDay}), ${to('spans_of', 'month_of')},
    kind = ${user}, arrayConcat(${to('spans_of')},
      arrayFilter(one -> step_of > 0, [(toUInt8(${step}), ${parts}[step_of], toInt64(0), name)])),
    kind = ${host}, ${to('spans_of')},
    kind = ${script}, ${to(`${pieces.spansOf(withScripts)}[${inPiece}]`)},
    kind = ${seconds}, ${to(`${pieces.spansOf(withDurations)}[${inPiece}]`)},
    kind = ${kinds.number}, ${inRangeAndPeriod('toUInt32(0)', 'intDiv(slot, 2)', 'slot > 1')},
    kind = ${kinds.value}, ${inRangeAndPeriod(`intDiv(slot, 2) % ${ofFields}`, 'intDiv(slot, 2)', `intDiv(slot, 2) >= ${ofFields}`)},
    kind = ${kinds.words}, arrayMap((one, i) -> (toUInt8(${word - 1} + i), slot, toInt64(0), one), splitByChar('\\n', name), arrayEnumerate(splitByChar('\\n', name))),
    [(kind, slot, toInt64(0), name)])`
  const single = (part: string): string => `[(toInt64(${part}), toUInt8(0), toUInt8(0), toUInt32(0))]`
  const detail = `multiIf(
    of_kind = ${count}, ${single('who')},
    of_kind = ${unknownDay}, ${single('who % 2')},
    of_kind = ${step}, arrayMap((x, i) -> (toInt64(x.3), toUInt8(i > 1), ${every('i > 1', 'seen[i - 1].1 = x.1 - 1')}, x.1),
      seen, arrayEnumerate(seen)),
    ${some(every(`of_kind >= ${word}`, 'place != 0'), every(`of_kind IN (${adoption}, ${kinds.value})`, 'place % 3 != 0'))}, ${single('0')},
    ${single('period_')})`
  return `
    SELECT of_kind AS kind, if(of_kind = ${step}, z.4, place) AS at_place, month, label AS name, z.1 AS part, count() AS n,
      sum(first_ < last_) AS several, sum(bitAnd(marks_, 1) != 0) AS agents, sum(bitAnd(marks_, 2) != 0) AS newHomes,
      sum(rows_) AS rows, min(ord_) AS earliest, sum(uses_) AS uses, sum(z.2) AS before, sum(z.3) AS justBefore, sum(length(values_)) AS values,
      sumArray(values_) AS sum, maxArray(values_) AS max, quantilesExactInclusiveArray(0.5, 0.9, 0.99)(values_) AS p,
      groupArrayIf(${minUsers})((toString(who), toString(ord_)), ${every(`of_kind >= ${word}`, 'place = 0')}) AS few
    FROM (
      SELECT *, arrayJoin(${detail}) AS z FROM (
        SELECT *, arrayFilter((x, i) -> ${some('i = 1', 'all_seen[i - 1].1 != x.1')}, all_seen, arrayEnumerate(all_seen)) AS seen
        FROM (
          SELECT t.1 AS of_kind, t.2 AS place, t.3 AS month, t.4 AS label, who, sum(rows) AS rows_, sum(uses) AS uses_,
            min(first) AS first_, max(last) AS last_, argMin(period, (slot, ord)) AS period_, min(ord) AS ord_,
            groupBitAnd(marks) AS marks_, groupArrayArray(values) AS values_,
            arraySort(groupArrayIf((toUInt32(step_of - 1), slot, period), t.1 = ${step})) AS all_seen
          FROM (
            SELECT *, arrayJoin(${targets}) AS t FROM (
              SELECT *, ${pieces.spansOf(spans)}[${inPiece}] AS spans_of, ${pieces.monthOf}[${inPiece}] AS month_of,
                ${pieces.oneOf(question.steps)}[if(kind = ${user}, slot, 0)] AS step_of
              FROM ${groups}))
          GROUP BY of_kind, place, month, label, who)))
    GROUP BY kind, at_place, month, name, part`
}

const partsOf = ({steps}: StatsQuestion): readonly number[] => [...new Set(steps.map(({part}) => part))]
