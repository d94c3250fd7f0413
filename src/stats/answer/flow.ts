import type {UserFlow} from '../model/model.ts'
import {type Period, type PeriodLength, startOfPeriod} from '../model/period.ts'
import type {Step, StepFacts} from '../model/source.ts'
import {type Rotation, rotationParts} from './rotation.ts'

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
export function planFlow(periods: readonly Period[], by: PeriodLength, rotate: Rotation): FlowPlan {
  const steps: Step[] = []
  const found = periods.map(({span}): PeriodStep => {
    const part = rotate === 'never' ? 0 : startOfPeriod(span.fromMs, rotate)
    const wholeMs = startOfPeriod(span.fromMs, by)
    const isFirst = rotate !== 'never' && wholeMs <= part
    if (rotationParts(span, rotate).length > 1 || isFirst) return {step: null, before: null}
    const beforeMs = startOfPeriod(wholeMs - 1, by)
    if (steps.at(-1)?.part !== part || steps.length === 0) {
      const edgeMs = Math.max(part, beforeMs)
      if (part < edgeMs) steps.push({part, fromMs: part, toMs: edgeMs})
      steps.push({part, fromMs: edgeMs, toMs: span.fromMs})
    }
    const step = steps.push({part, ...span}) - 1
    return {step, before: rotate !== 'never' && beforeMs < part ? null : step - 1}
  })
  return {steps, found}
}

const noUsers = {users: 0, seenBefore: 0, seenJustBefore: 0}

/** New, returning and lost users of each period. Pure. */
export function userFlow(periods: readonly Period[], {found}: FlowPlan, facts: readonly StepFacts[]): UserFlow[] {
  const byStep = new Map(facts.map(fact => [fact.step, fact]))
  return periods.map(({label: period, complete}, index) => {
    const {step, before} = found[index]!
    if (step === null) return {period, new: null, returning: null, lost: null, reason: 'pseudonyms-changed', complete}
    const {users, seenBefore, seenJustBefore} = byStep.get(step) ?? noUsers
    const isWhole = complete && (periods[index - 1]?.complete ?? true)
    const isNewKnown = users !== null && seenBefore !== null
    const usersBefore = before === null ? null : (byStep.get(before) ?? noUsers).users
    const isLostKnown = before !== null && isWhole && usersBefore !== null && seenJustBefore !== null
    const whyNot = !isWhole ? 'unfinished' : before === null ? 'pseudonyms-changed' : 'runs-gone'
    return {
      period,
      new: isNewKnown ? users - seenBefore : null,
      returning: seenBefore,
      lost: isLostKnown ? usersBefore - seenJustBefore : null,
      reason: isLostKnown && isNewKnown ? null : isNewKnown ? whyNot : 'runs-gone',
      complete,
    }
  })
}
