import assert from 'node:assert/strict'
import {it} from 'node:test'
import {findConspicuous} from '../../../../src/stats/answer/outcomes/conspicuous.ts'
import type {Conspicuous} from '../../../../src/stats/model/outcomes.ts'
import type {FeatureEnding, StatsFacts, VersionEnding} from '../../../../src/stats/model/source.ts'
import {seededRandom} from '../../../collector/random-use.ts'

interface Run {
  readonly version: string
  readonly features: readonly string[]
  readonly crashes: boolean
}

/** The facts about some runs, each version and each feature by so many people. */
function factsOf(runs: readonly Run[], people = 10): StatsFacts {
  const ending = ({crashes}: Run) =>
    crashes
      ? ({outcome: 'signal', exitCode: null, signal: 'SIGSEGV', runs: 1} as const)
      : ({outcome: 'ok', exitCode: 0, signal: null, runs: 1} as const)
  const some = {users: {low: people, high: people}, usesWithoutUser: 0}
  const features = [...new Set(runs.flatMap(run => run.features))]
  return {
    versionEndings: runs.map((run): VersionEnding => ({version: run.version, ...ending(run)})),
    featureEndings: runs.flatMap(run =>
      run.features.map((name): FeatureEnding => ({type: 'Feature', name, version: run.version, ...ending(run)})),
    ),
    features: features.map(name => ({type: 'Feature', name, ...some})),
    named: {version: [...new Set(runs.map(({version}) => version))].map(name => ({name, ...some}))},
  } as unknown as StatsFacts
}

const namesOf = (found: readonly Conspicuous[] | null): string[] =>
  found!.map(({name, version}) => [name, version].filter(one => one !== null).join(' in '))

/** Runs of three versions and four features. A run crashes with the probability that `rateOf` has for it. */
function makeRuns(
  count: number,
  seed: number,
  rateOf: (version: string, features: readonly string[]) => number,
): Run[] {
  const random = seededRandom(seed)
  return Array.from({length: count}, () => {
    const version = ['2.1.0', '2.2.0', '2.3.0'][Math.floor(random() * 3)]!
    const features = ['Model.fano', 'Model.gauss', 'Load', 'Export'].filter(() => random() < 0.4)
    return {version, features, crashes: random() < rateOf(version, features)}
  })
}

it('names a feature that crashes in one version, with its fault and the share of the others', () => {
  const isBad = (version: string, features: readonly string[]) => version === '2.3.0' && features.includes('Model.fano')
  const found = findConspicuous(factsOf(makeRuns(2000, 1, (...run) => (isBad(...run) ? 0.42 : 0.05))))!
  const pair = found.find(({name, version}) => name === 'Model.fano' && version === '2.3.0')!
  assert.ok(Math.abs(pair.failureShare - 0.42) < 0.08, String(pair.failureShare))
  assert.equal(pair.faults[0]!.signal, 'SIGSEGV')
  assert.equal(pair.failures, Math.round(pair.failureShare * pair.runs))
  for (const name of namesOf(found)) assert.match(name, /Model\.fano|2\.3\.0/)
})

it('names a version alone if all its features crash alike', () => {
  const found = findConspicuous(factsOf(makeRuns(2000, 2, version => (version === '2.2.0' ? 0.3 : 0.05))))
  assert.equal(namesOf(found)[0], '2.2.0')
  assert.ok(!namesOf(found).some(name => name.endsWith('in 2.2.0') && found!.length > 5))
})

it('names nothing in noise, of few and of many runs', () => {
  let alarms = 0
  for (let seed = 0; seed < 400; seed += 5)
    alarms += findConspicuous(factsOf(makeRuns(60 + 5 * seed, 100 + seed, () => 0.1)))!.length
  assert.equal(alarms, 0)
})

it('names nothing with few runs, with few people, or without other runs', () => {
  const bad = (version: string) => (version === '2.3.0' ? 0.6 : 0.02)
  assert.deepEqual(namesOf(findConspicuous(factsOf(makeRuns(45, 3, bad)))), [])
  assert.ok(namesOf(findConspicuous(factsOf(makeRuns(900, 3, bad)))).includes('2.3.0'))
  assert.deepEqual(findConspicuous(factsOf(makeRuns(900, 3, bad), 2)), [])
  const one = makeRuns(900, 3, () => 0.6).map(run => ({...run, version: '2.3.0', features: []}))
  assert.deepEqual(findConspicuous(factsOf(one)), [])
})

it('is unknown if outcomes by version are, and names versions if outcomes by feature are unknown', () => {
  const facts = factsOf(makeRuns(900, 4, version => (version === '2.3.0' ? 0.6 : 0.02)))
  assert.equal(findConspicuous({...facts, versionEndings: null}), null)
  assert.deepEqual(namesOf(findConspicuous({...facts, featureEndings: null})), ['2.3.0'])
})
