import type {Conspicuous, Ending, OutcomesOf} from '../../model/outcomes.ts'
import type {FeatureEnding, StatsFacts} from '../../model/source.ts'
import {outcomesOf} from './outcomes-of.ts'

/** The most items of the answer. */
const maxItems = 5
/** The fewest runs with a known result, of an item and of the others. */
const minRuns = 20
/** The fewest people who may be behind an item. */
const minPeople = 3
/** By how much the shares of failures differ at least, within their bounds. */
const minDifference = 0.05
/** How often an answer names something by chance, at most. */
const chance = 0.01

type Key = Pick<Conspicuous, 'version' | 'type' | 'name'>

interface Candidate extends Key {
  readonly own: OutcomesOf
  /** The runs that it is compared with. It must differ from all of them. */
  readonly others: readonly Failing[]
}

interface Failing {
  readonly runs: number
  readonly failures: number
}

/**
 * What fails much more often than the rest, the clearest first: versions and features against all other runs, and a
 * feature in a version against the other versions and the other features. Null if outcomes are unknown. Pure.
 *
 * The bounds of both shares (Wilson) must not overlap. They are so wide that all comparisons together are wrong once in
 * a hundred answers, if runs are independent: docs/decisions/0221-what-fails-more-often.md.
 */
export function findConspicuous(facts: StatsFacts): readonly Conspicuous[] | null {
  if (facts.versionEndings === null) return null
  const candidates = candidatesOf(facts, facts.versionEndings).filter(
    ({own, others}) => failing(own).runs >= minRuns && others.every(({runs}) => runs >= minRuns),
  )
  const width = Math.sqrt(2 * Math.log(candidates.length / chance))
  return candidates
    .flatMap(({own, others, ...key}) => {
      const {runs, failures} = failing(own)
      const nearest = others.reduce((a, b) => (boundsOf(b, width).high > boundsOf(a, width).high ? b : a))
      const distance = boundsOf({runs, failures}, width).low - boundsOf(nearest, width).high
      if (distance < minDifference) return []
      const shares = {failureShare: failures / runs, otherShare: nearest.failures / nearest.runs}
      return [{distance, item: {...key, runs, failures, ...shares, otherRuns: nearest.runs, faults: own.faults}}]
    })
    .sort((a, b) => b.distance - a.distance)
    .slice(0, maxItems)
    .map(({item}) => item)
}

function candidatesOf({featureEndings, features, named}: StatsFacts, endings: readonly Ending[]): Candidate[] {
  const peopleOf = new Map<string, number>()
  const note = (
    key: Partial<Key>,
    {users, usesWithoutUser}: (typeof features)[number] | (typeof named.version)[number],
  ) => peopleOf.set(keyOf(key), users.high + usesWithoutUser)
  for (const one of named.version) note({version: one.name}, one)
  for (const {type, name, ...one} of features) note({type, name}, {type, name, ...one})
  const all = sumUp(endings)
  const versions = groupBy(endings as readonly (Ending & Pick<Key, 'version'>)[], ({version}) => ({version}))
  const ofFeatures = groupBy(featureEndings ?? [], ({type, name}) => ({type, name}))
  const pairs = groupBy(featureEndings ?? [], ({type, name, version}) => ({type, name, version}))
  const runsOf = new Map([...versions, ...ofFeatures].map(({key, own}) => [keyOf(key), failing(own)]))
  const isOfSeveral = (key: Partial<Key>): boolean => (peopleOf.get(keyOf(key)) ?? 0) >= minPeople
  const single = [...versions, ...ofFeatures]
    .filter(({key}) => isOfSeveral(key))
    .map(({key, own}) => ({...anyKey, ...key, own, others: [without(all, failing(own))]}))
  const both = pairs
    .filter(({key: {version, ...feature}}) => version !== null && isOfSeveral({version}) && isOfSeveral(feature))
    .map(({key: {version, ...feature}, own}) => ({
      ...{version, ...feature, own},
      others: [{version}, feature].map(key => without(runsOf.get(keyOf(key)) ?? none, failing(own))),
    }))
  return [...single, ...both].filter(({version, name}) => version !== null || name !== null) as Candidate[]
}

const anyKey: Key = {version: null, type: null, name: null}
const none: Failing = {runs: 0, failures: 0}
const keyOf = ({version, type, name}: Partial<Key>): string => JSON.stringify([version, type, name])

function groupBy<Item extends Ending | FeatureEnding, Own extends Partial<Key>>(
  endings: readonly Item[],
  keyOfItem: (ending: Item) => Own,
): {readonly key: Own; readonly own: OutcomesOf}[] {
  const groups = Map.groupBy(endings, ending => JSON.stringify(keyOfItem(ending)))
  return [...groups.values()].map(same => ({key: keyOfItem(same[0]!), own: outcomesOf(same)}))
}

const failing = ({ok, failed, signal}: OutcomesOf): Failing => ({runs: ok + failed + signal, failures: failed + signal})

const sumUp = (endings: readonly Ending[]): Failing => failing(outcomesOf(endings))

/** Runs of a feature may begin before the range, so there may be more of them. */
const without = (all: Failing, own: Failing): Failing => ({
  runs: Math.max(0, all.runs - own.runs),
  failures: Math.max(0, Math.min(all.failures - own.failures, all.runs - own.runs)),
})

/** The bounds of a share (Wilson), so many standard deviations wide. */
function boundsOf({runs, failures}: Failing, width: number): {readonly low: number; readonly high: number} {
  const share = failures / runs
  const square = width ** 2 / runs
  const middle = (share + square / 2) / (1 + square)
  const half = (width * Math.sqrt((share * (1 - share)) / runs + square / (4 * runs))) / (1 + square)
  return {low: middle - half, high: middle + half}
}
