import {rotationPeriod} from '../../protocol/project/rotation.ts'
import type {Destination} from '../destination/destination.ts'
import {openGeneration, readAllForgotten, readGeneration} from '../forget/forget-request.ts'
import type {UserPeriod} from '../forget/period-marks.ts'
import {findSentPseudonyms, type SentPseudonyms} from '../forget/sent-pseudonyms.ts'
import {findSecret} from '../identity/secret.ts'
import {toTime, type World} from '../world/world.ts'

/** Which ids of a person are asked about: those of the current period, of one period, or all. */
export interface AccessChoice {
  /** The name of a period, `2026` for example. Null: the current one. */
  readonly period: string | null
  readonly isAll: boolean
  /** Ids that a collector has erased, instead of those in use. */
  readonly isErased: boolean
}

/** What would be asked of the collector of one destination. */
export interface AccessPlan {
  readonly destination: Destination
  /** The ids, oldest first: each is a request, and more than one lets the collector learn that they are one person's. */
  readonly ids: readonly UserPeriod[]
  /** Periods with ids that are not asked about, oldest first. */
  readonly otherPeriods: readonly string[]
  /** Why there is nothing to ask. Null if there is. */
  readonly nothing: 'nothing-sent' | 'nothing-erased' | 'no-user' | 'nobody-answers' | 'cannot-prove' | null
  /** When the collector last erased data of the person. Null if never. */
  readonly erasedAt: string | null
  /** Whether reports were sent that no key finds: without a pseudonym of the person, or made with a lost secret. */
  readonly leftNameless: boolean
  readonly leftLost: boolean
}

/** Plans what to ask. Reads files, writes none, opens no connection and makes no secret. */
export function planAccess(world: World, destination: Destination, choice: AccessChoice): AccessPlan {
  const secret = findSecret(world.stateDirectory)
  const generation = readGeneration(world, destination.project)
  const sent = findSentPseudonyms(destination, secret, generation)
  const period = choice.period ?? currentPeriod(world, destination)
  const known = choice.isErased ? erasedIds(destination, period, secret) : sent.own
  const ids = choice.isAll ? known : known.filter(id => id.period === period).slice(-1)
  const otherPeriods = known.filter(id => !ids.includes(id)).map(id => id.period)
  const nothing = whyNothing(destination, choice, ids, sent)
  return {
    destination,
    ids: nothing === null ? ids : [],
    otherPeriods: [...new Set(otherPeriods)],
    nothing,
    erasedAt: readAllForgotten(destination.paths).findLast(({receipt}) => receipt !== null)?.receipt?.erasedAt ?? null,
    leftNameless: sent.hasNameless,
    leftLost: sent.hasLost,
  }
}

function whyNothing(
  {project}: Destination,
  {isErased}: AccessChoice,
  ids: readonly UserPeriod[],
  {own, hasLost, hasNameless}: SentPseudonyms,
): AccessPlan['nothing'] {
  const isSent = own.length > 0 || hasLost || hasNameless
  if (project.endpoint.http === null) return isSent ? 'nobody-answers' : 'nothing-sent'
  if (ids.length > 0) return null
  if (isErased) return 'nothing-erased'
  if (hasLost) return 'cannot-prove'
  return own.length === 0 && hasNameless ? 'no-user' : 'nothing-sent'
}

/** The name of the period of pseudonyms that are made now. */
export const currentPeriod = (world: World, {project}: Destination): string =>
  rotationPeriod(project.identity, toTime(world.now())).name

/** The id that the last ended request erased. Its marks are gone, so only its period can be told. */
function erasedIds({paths}: Destination, period: string, secret: string | null): UserPeriod[] {
  const last = openGeneration(paths) - 1
  return last < 0 || secret === null ? [] : [{generation: last, period}]
}

/** Ids that would be presented to one collector for the same project, so that it could join them. */
export interface JoinedIds {
  readonly project: string
  readonly endpoint: string
  readonly periods: readonly string[]
}

/** Finds what a collector could join after these requests. Pure. */
export function findJoined(plans: readonly AccessPlan[]): JoinedIds[] {
  const asked = plans.filter(({ids}) => ids.length > 0)
  const byCollector = Map.groupBy(
    asked,
    ({destination: {project}}) => `${project.project} ${originOf(project.endpoint.http)}`,
  )
  return [...byCollector.values()].flatMap(group => {
    const {project} = group[0]!.destination
    const periods = new Set(group.flatMap(({ids}) => ids.map(({generation, period}) => `${generation} ${period}`)))
    if (periods.size < 2) return []
    return [
      {
        project: project.project,
        endpoint: project.endpoint.http ?? '',
        periods: [...periods].map(one => one.split(' ')[1]!),
      },
    ]
  })
}

/** The collector at an address, as far as requests to it can be seen together. */
export const originOf = (http: string | null): string | null => (http === null ? null : new URL(http).origin)
