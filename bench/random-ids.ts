import {randomUUID} from 'node:crypto'
import type {Batch} from '../src/collector/store/store.ts'

/** The same run with ids that are not in the order of time, as other clients may make them. */
export function withRandomIds(run: Batch): Batch {
  const id = randomUUID()
  const events = run.events.map(admitted => ({...admitted, event: {...admitted.event, id: randomUUID(), run: id}}))
  return {...run, events}
}
