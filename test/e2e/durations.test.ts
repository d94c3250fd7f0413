import assert from 'node:assert/strict'
import {it} from 'node:test'
import {createLibraryReporter} from '../../src/reporter/program/library-reporter.ts'
import {seededRandom} from '../collector/random-use.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {makeProject} from '../support/make-project.ts'
import {needs} from '../support/needs.ts'
import {pythonScene, waits} from '../support/python-client.ts'
import {runUsage} from '../support/run-program.ts'
import {collectorHere} from '../support/running-collector.ts'
import {exactly, trueWithinBound} from '../support/within-bound.ts'

function percentileOf(values: readonly number[]): (share: number) => number {
  const sorted = values.toSorted((a, b) => a - b)
  return share => {
    const place = share * (sorted.length - 1)
    const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!]
    return low + (high - low) * (place - Math.floor(place))
  }
}

it('answers the durations of a library and of Python from their merged events', needs('python3'), async t => {
  const collector = await collectorHere(t, isolatedHome(t), [makeProject()])
  const {home, path, project, run, events} = pythonScene(t, collector.http)
  const random = seededRandom(7)
  const durations = Array.from({length: 4000}, () => 0.02 * 2 ** (4 * random()))
  const [ofLibrary, ofPython] = [durations.slice(0, 2000), durations.slice(2000)]
  const {stateDirectory, configDirectory} = home
  const world = {stateDirectory, configDirectory, environment: {...home.environment, USAGE_SENDER: '1'}}
  const reporter = createLibraryReporter({project, world})
  for (const durationSeconds of ofLibrary) reporter.feature({name: 'Load.v1', type: 'Algorithm', durationSeconds})
  await reporter.close()
  await run(`for one in ${JSON.stringify(ofPython)}: usage.feature("Load.v1", "Algorithm", seconds=one)`, waits)
  assert.equal(events().length, 3)
  const {stdout} = await runUsage(home, ['flush', '--wait', '20', '--project-file', path, '--json'])
  assert.equal(JSON.parse(stdout).sent, 3)
  const [feature] = (await collector.stats('demo')).features
  const mean = durations.reduce((sum, one) => sum + one, 0) / durations.length
  const truth = exactly(durations, percentileOf(durations))
  assert.equal(feature!.count, durations.length)
  assert.ok(Math.abs(feature!.meanSeconds! - mean) < 1e-12)
  assert.equal(feature!.maxSeconds, truth.maxSeconds)
  assert.ok(feature!.percentileBound! < 0.011)
  trueWithinBound(feature!, truth)
})
