import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {Fault, FeatureStats, Outcomes, Stats, SuccessRate} from '../model/model.ts'
import type {FeatureFacts, StatsFacts} from '../model/source.ts'
import {userBounds} from './unique.ts'

/** The share of runs that succeeded, with its bounds because of lost and unknown runs. Null without runs. Pure. */
export function successRate({ok, failed, signal, lost, unknown}: Outcomes): SuccessRate {
  const known = ok + failed + signal
  const all = known + lost + unknown
  return {
    value: known === 0 ? null : ok / known,
    low: all === 0 ? null : ok / all,
    high: all === 0 ? null : (ok + lost + unknown) / all,
  }
}

type Exits = StatsFacts['exits']

/** How most failed runs ended; if equally frequent, the smaller code, then the first signal by name. */
export function commonestFault(exits: Exits): Fault | null {
  const faults = exits.filter(exit => exit.signal !== null || exit.exitCode !== 0)
  return faults.sort((a, b) => b.runs - a.runs || compareFaults(a, b))[0] ?? null
}

/** Exit codes in order, then signals by name. */
export function compareFaults(a: Fault, b: Fault): number {
  if (a.signal !== null || b.signal !== null) return (a.signal ?? '') < (b.signal ?? '') ? -1 : 1
  return (a.exitCode ?? 0) - (b.exitCode ?? 0)
}

/** The most exit codes in an answer: programs use 256, and a collector accepts every number of 32 bits. */
export const maxExitCodes = 1_000

/** Runs by exit code, the most frequent first, at most `maxExitCodes`. */
export function exitCodes(exits: Exits): Stats['exitCodes'] {
  return exits
    .flatMap(({exitCode, runs}) => (exitCode === null ? [] : [{exitCode, runs}]))
    .sort((a, b) => b.runs - a.runs || a.exitCode - b.exitCode)
    .slice(0, maxExitCodes)
}

const order = (a: string, b: string): number => (a < b ? -1 : 1)

/** Features, the most used first. */
export function featureList(features: readonly FeatureFacts[]): FeatureStats[] {
  return [...features]
    .sort((a, b) => b.count - a.count || (a.type === b.type ? order(a.name, b.name) : order(a.type, b.type)))
    .map(({type, name, count, internalCount, runs, users, usesWithoutUser, daysWithoutUser, ...durations}) => ({
      type,
      name,
      count,
      internalCount,
      runs,
      ...userBounds(users, {usesWithoutUser, daysWithoutUser}),
      usesWithoutUser,
      daysWithoutUser,
      ...durations,
    }))
}

/** The declared names that were not used, in the order of the project file. */
export function unusedFeatures(project: ProjectFile, features: readonly FeatureFacts[]): readonly string[] {
  const used = new Set(features.map(feature => feature.name))
  return project.features.names.filter(name => !used.has(name))
}
