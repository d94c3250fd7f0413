import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {AnswerRow} from '../model/answer-row.ts'
import type {answers} from '../model/answers.ts'
import {type BreakdownRow, type Breakdowns, breakdowns} from '../model/breakdowns.ts'
import type {Stats} from '../model/model.ts'
import type {SpanFacts, StatsFacts} from '../model/source.ts'
import type {Span} from '../model/span.ts'
import {adoptionOf, ciStats, namedUsage} from './breakdowns.ts'
import {commonestFault, exitCodes, successRate} from './derive.ts'
import {fieldStats} from './fields/fields.ts'
import {findConspicuous} from './outcomes/conspicuous.ts'
import {versionOutcomes} from './outcomes/outcomes-of.ts'
import type {Plan} from './plan.ts'
import type {UniqueCounter} from './unique.ts'
import {upgradesOf} from './upgrades.ts'

/** The input of every derivation. */
export interface Answering {
  readonly project: ProjectFile
  readonly plan: Plan
  readonly facts: StatsFacts
  readonly at: (span: Span) => SpanFacts
  readonly counter: UniqueCounter
  readonly marks: Stats['marks']
  readonly around: Stats['beforeAndAfter']
}

type Needing<What extends AnswerRow['needs']> = Exclude<
  Extract<(typeof answers)[number], {readonly needs: What}>,
  {readonly partOf: string}
>['key']

type Derivations<Key extends keyof Stats> = {readonly [K in Key]: (answering: Answering) => Stats[K]}

const deriveBreakdown =
  ({columns, breakdown: {word}}: BreakdownRow) =>
  ({facts}: Answering) =>
    namedUsage(facts.named[word]).map(({name, ...counts}) => ({[columns[0]]: name, ...counts}))

const ofBreakdowns: unknown = Object.fromEntries(breakdowns.map(row => [row.key, deriveBreakdown(row)]))
const {versions, ...otherBreakdowns} = ofBreakdowns as Derivations<keyof Breakdowns>

/** See `Stats.fewUsers`. */
export const fewUsersOf = ({fewUsers}: Pick<StatsFacts, 'fewUsers'>): Stats['fewUsers'] =>
  breakdowns.flatMap(({key, breakdown: {word}}) =>
    fewUsers[word] === 0 ? [] : [{answer: key, usersLow: fewUsers[word]}],
  )

/** The answers about runs. JSON has them in this order. */
export const ofRuns: Derivations<Needing<'runs'>> = {
  runs: ({counter}) => counter.runs(),
  scripts: ({counter}) => counter.scripts(),
  duration: answering => overTime(answering, ({duration}) => duration),
  outcomes: answering => overTime(answering, ({outcomes}) => outcomes),
  successRate: answering => overTime(answering, ({outcomes}) => successRate(outcomes)),
  commonestFault: ({facts}) => commonestFault(facts.exits),
  exitCodes: ({facts}) => exitCodes(facts.exits),
  versionOutcomes: ({facts}) => versionOutcomes(facts.versionEndings),
  conspicuous: ({facts}) => findConspicuous(facts),
  versions,
  upgrades: ({plan, facts}) => upgradesOf(plan.question, facts),
  adoption: ({plan, facts}) => adoptionOf(plan.periods, facts.adoption),
  beforeAndAfter: ({around}) => around,
  ...otherBreakdowns,
  ci: ({facts}) => ciStats(facts.named.ci),
  fields: ({project, plan, facts}) => fieldStats(project, plan.periods, facts),
}

/** An answer for the whole range and for each period. */
function overTime<T extends object>({plan, at}: Answering, derive: (facts: SpanFacts) => T) {
  const periods = plan.periods.map(({label, span, complete}) => ({period: label, ...derive(at(span)), complete}))
  return {...derive(at(plan.range)), periods}
}

/** Derives every answer about runs; all are null if runs are unknown. Pure. */
export function deriveOfRuns(answering: Answering, isKnown: boolean): Pick<Stats, keyof typeof ofRuns> {
  const derived = Object.entries(ofRuns).map(([key, derive]) => [key, isKnown ? derive(answering) : null])
  return Object.fromEntries(derived) as Pick<Stats, keyof typeof ofRuns>
}
