import assert from 'node:assert/strict'
import {createReporter} from '../../../src/reporter/reporter.ts'
import type {Made} from './made.ts'
import {expectedNo, type Invocation, worldOf} from './person.ts'
import {count, type Universe} from './universe.ts'

/** One program uses a feature in a loop: what it records is looked at once, when it is done. */
export function burst(universe: Universe, invocation: Invocation, times: number): void {
  const {person, host} = invocation
  const project = person.projectFile('alpha')
  if (expectedNo(invocation, project) !== null) return
  const ledger = person.ledger(project)
  const reporter = createReporter({project, version: null, world: worldOf(invocation)})
  const what = {type: 'feature', featureType: 'Algorithm', name: 'Rebin.v1', count: 1, internal: true} as const
  for (let left = times; left > 0; left--) {
    universe.agenda.clock.nowMs += 1
    const startedAt = new Date(host.now()).toISOString()
    const outcome = reporter.feature({name: what.name, type: what.featureType, internal: true, startedAt})
    assert.equal(outcome.kind, 'recorded', `${ledger.name}: a feature in a loop`)
    if (outcome.kind !== 'recorded') return
    const made: Made = {
      ...{id: outcome.id, person, project: 'alpha', run: null, host, bootId: host.bootId, values: {}},
      ...{madeAtMs: universe.agenda.clock.nowMs, claimedMs: host.now(), clockSettings: host.clockSettings},
      header: {version: null, ci: null, scheduler: null, system: 'here'},
      what: {...what, durationSeconds: null},
    }
    ledger.made.set(made.id, made)
    // Whoever is over the quota drops now and then: what is gone before anybody looked was in the buffer all the same.
    if (left % 200 === 1) ledger.observe()
  }
  universe.fileTimes.stamp(person, host.now())
  ledger.observe()
  count(universe, 'events in a loop', times)
}
