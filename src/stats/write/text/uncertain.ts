import type {Stats, UncertainUsers} from '../../model/model.ts'
import {writeCount, writeCounted, writeShare} from './write.ts'

/** Agents that start at least this share of the runs are a limit of the numbers. */
const notableShare = 0.05

/** Sentences about users who may not be people of their own. */
export const describeUncertain = ({uncertainUsers}: Pick<Stats, 'uncertainUsers'>): string[] =>
  uncertainUsers.map(one => `${writeUsers(one)} ${whatIsKnown[one.kind](one)}`)

const whatIsKnown: Readonly<Record<UncertainUsers['kind'], (users: UncertainUsers) => string>> = {
  'only-agents': users => `${wasOrWere(users)} seen only through coding agents.`,
  'only-new-homes': users =>
    `${wasOrWere(users)} seen only in new homes, for example in containers that start empty. One person may be several of them.`,
}

const wasOrWere = ({usersHigh}: UncertainUsers): string => (usersHigh === 1 ? 'was' : 'were')

/** `3 users`, `3 to 5 users`, `Up to 5 users`. */
function writeUsers({usersLow, usersHigh}: UncertainUsers): string {
  if (usersLow === usersHigh) return writeCounted(usersLow, 'user')
  return `${usersLow === 0 ? 'Up' : writeCount(usersLow)} to ${writeCounted(usersHigh, 'user')}`
}

/** The sentence about the share of runs by coding agents, if it is notable; else null. A report may leave agents out. */
export function describeAgents({agents, runs}: Pick<Stats, 'agents' | 'runs'>): string | null {
  const byAgents = (agents ?? []).reduce((sum, {name, runs: own}) => sum + (name === null ? 0 : own), 0)
  const share = runs === null || runs.total === 0 ? 0 : byAgents / runs.total
  if (share < notableShare) return null
  return `Coding agents started ${writeShare(share)} or more of the runs. They count as runs of the users for whom the agents work.`
}
