import type {RotationTerms} from '../../protocol/project/rotation.ts'
import type {UserFlow} from '../model/model.ts'
import {formatDay, type Period, type PeriodLength, startOfPeriod} from '../model/period.ts'
import {rotationPeriods, startOfRotation} from '../model/rotation.ts'
import type {SpanFacts, StatsFacts, Step} from '../model/source.ts'
import type {Span} from '../model/span.ts'

/** The place of a period among the steps; null if a change of pseudonyms hides the answers. */
interface PeriodStep {
  readonly step: number | null
  /** The step of the whole calendar period before. */
  readonly before: number | null
}

export interface FlowPlan {
  readonly steps: readonly Step[]
  readonly found: readonly PeriodStep[]
}

/**
 * The steps to ask for, so that each period knows which of its users were seen before. There is a step for every period
 * within one rotation period. Before the first of them there is one for the calendar period before it, and one for the
 * rest of the rotation period. Pure.
 */
export function planFlow(periods: readonly Period[], by: PeriodLength, rotation: RotationTerms): FlowPlan {
  const steps: Step[] = []
  const isNever = rotation.rotate === 'never'
  const found = periods.map(({span}): PeriodStep => {
    const part = startOfRotation(span.fromMs, rotation)
    const wholeMs = startOfPeriod(span.fromMs, by, rotation.yearBegins)
    const isFirst = !isNever && wholeMs <= part
    if (rotationPeriods(span, rotation).length > 1 || isFirst) return {step: null, before: null}
    const beforeMs = startOfPeriod(wholeMs - 1, by, rotation.yearBegins)
    if (steps.at(-1)?.part !== part || steps.length === 0) {
      const edgeMs = Math.max(part, beforeMs)
      if (part < edgeMs) steps.push({part, fromMs: part, toMs: edgeMs})
      steps.push({part, fromMs: edgeMs, toMs: span.fromMs})
    }
    const step = steps.push({part, ...span}) - 1
    return {step, before: !isNever && beforeMs < part ? null : step - 1}
  })
  return {steps, found}
}

/** What the flow of users is derived from. */
export interface FlowFacts {
  readonly plan: {readonly periods: readonly Period[]; readonly flow: FlowPlan}
  readonly facts: Pick<StatsFacts, 'steps' | 'sinceMs' | 'quality'>
  readonly at: (span: Span) => SpanFacts
}

const noUsers = {users: 0, seenBefore: 0, seenJustBefore: 0}

/** New, returning and lost users of each period. Pure. */
export function userFlow(answering: FlowFacts): UserFlow[] {
  const {plan, facts} = answering
  const byStep = new Map(facts.steps.map(fact => [fact.step, fact]))
  return plan.periods.map((period, index): UserFlow => {
    const {label, complete} = period
    const reason = whyUnknown(answering, index)
    if (reason !== null) return {period: label, since: null, new: null, returning: null, lost: null, reason, complete}
    const {step, before} = plan.flow.found[index]!
    const {users, seenBefore, seenJustBefore} = byStep.get(step!) ?? noUsers
    const isWhole = complete && (plan.periods[index - 1]?.complete ?? true)
    const isNewKnown = users !== null && seenBefore !== null
    const usersBefore = before === null ? null : (byStep.get(before) ?? noUsers).users
    const isLostKnown = before !== null && isWhole && usersBefore !== null && seenJustBefore !== null
    const isGone = facts.quality.runsSinceMs !== null && plan.flow.steps[step!]!.part < facts.quality.runsSinceMs
    const whyNothing = isGone ? 'runs-gone' : 'pseudonyms-changed'
    const whyNotLost = !isWhole ? 'unfinished' : before === null ? 'pseudonyms-changed' : whyNothing
    return {
      period: label,
      since: isNewKnown ? formatDay(Math.max(facts.sinceMs ?? 0, plan.flow.steps[step!]!.part)) : null,
      new: isNewKnown ? users - seenBefore : null,
      returning: seenBefore,
      lost: isLostKnown ? usersBefore - seenJustBefore : null,
      reason: isLostKnown && isNewKnown ? null : isNewKnown ? whyNotLost : whyNothing,
      complete,
    }
  })
}

/** Why nothing is known about the users of a period before it; null if something may be. */
function whyUnknown({plan, facts, at}: FlowFacts, index: number): UserFlow['reason'] {
  const {step} = plan.flow.found[index]!
  const {span} = plan.periods[index]!
  const {users, usesWithoutUser} = at(span)
  if (step === null || users.low !== users.high) return 'pseudonyms-changed'
  if (users.high === 0 && usesWithoutUser > 0) return 'users-unknown'
  // A user of the first period with data may have been there long before.
  return facts.sinceMs === null || startOfPeriod(facts.sinceMs, 'day') >= span.fromMs ? 'not-collected' : null
}
