import type {Stats} from '../../model/model.ts'
import {type Ending, type Fault, type Outcomes, type OutcomesOf, outcomeNames} from '../../model/outcomes.ts'
import type {FeatureEnding, StatsFacts} from '../../model/source.ts'
import {compareFaults} from '../derive.ts'

/** The most faults of one row. */
const maxFaults = 3

/** How the runs of each version ended, the version with the most runs first. Pure. */
export function versionOutcomes(endings: StatsFacts['versionEndings']): Stats['versionOutcomes'] {
  if (endings === null) return null
  return [...Map.groupBy(endings, ({version}) => version)]
    .map(([version, same]) => ({version, ...outcomesOf(same)}))
    .sort((a, b) => b.runs - a.runs || compareNames(a.version, b.version))
}

/** The most features in versions of an answer. */
const maxPairs = 200

/** How the runs of each feature ended, the feature with the most runs first. Pure. */
export const featureOutcomes = (endings: StatsFacts['featureEndings']): Stats['featureOutcomes'] =>
  byFeature(endings, ({type, name}) => ({type, name}))

/** The same for each version of the runs. Pure. */
export const featureVersionOutcomes = (endings: StatsFacts['featureEndings']): Stats['featureVersionOutcomes'] =>
  byFeature(endings, ({type, name, version}) => ({type, name, version}))?.slice(0, maxPairs) ?? null

function byFeature<Key extends object>(
  endings: StatsFacts['featureEndings'],
  keyOf: (ending: FeatureEnding) => Key,
): (Key & OutcomesOf)[] | null {
  if (endings === null) return null
  return [...Map.groupBy(endings, ending => JSON.stringify(keyOf(ending)))]
    .map(([key, same]) => ({key, row: {...keyOf(same[0]!), ...outcomesOf(same)}}))
    .sort((a, b) => b.row.runs - a.row.runs || (a.key < b.key ? -1 : 1))
    .map(({row}) => row)
}

/** An unknown name is last. */
const compareNames = (a: string | null, b: string | null): number =>
  a === b ? 0 : a === null ? 1 : b === null || a < b ? -1 : 1

/** Sums up how some runs ended. Pure. */
export function outcomesOf(endings: readonly Ending[]): OutcomesOf {
  const count = (name: keyof Outcomes): number =>
    endings.reduce((sum, {outcome, runs}) => sum + (outcome === name ? runs : 0), 0)
  const counts = Object.fromEntries(outcomeNames.map(name => [name, count(name)]))
  const outcomes = counts as unknown as Outcomes
  const known = outcomes.ok + outcomes.failed + outcomes.signal
  return {
    runs: endings.reduce((sum, {runs}) => sum + runs, 0),
    ...outcomes,
    successRate: known === 0 ? null : outcomes.ok / known,
    faults: faultsOf(endings).map(fault => ({...fault, share: fault.runs / known})),
  }
}

function faultsOf(endings: readonly Ending[]): Fault[] {
  const faults = new Map<string, Fault>()
  for (const {outcome, exitCode, signal, runs} of endings) {
    if (outcome !== 'failed' && outcome !== 'signal') continue
    const key = `${exitCode} ${signal}`
    faults.set(key, {exitCode, signal, runs: runs + (faults.get(key)?.runs ?? 0)})
  }
  return [...faults.values()].sort((a, b) => b.runs - a.runs || compareFaults(a, b)).slice(0, maxFaults)
}
