import type {Agenda} from './agenda.ts'
import type {Dice} from './dice.ts'
import type {FileTimes} from './file-times.ts'
import type {Host} from './host.ts'
import type {NaiveCollector} from './naive-collector.ts'
import type {Network} from './network.ts'
import type {Person} from './person.ts'
import type {SimulatedCollector} from './simulated-collector.ts'
import type {Witness} from './witness.ts'

/** Everything that there is in one simulated world. */
export interface Universe {
  readonly agenda: Agenda
  readonly dice: Dice
  readonly fileTimes: FileTimes
  readonly hosts: Host[]
  readonly people: Person[]
  readonly witness: Witness
  readonly network: Network
  readonly collector: SimulatedCollector
  readonly naive: NaiveCollector
  /** How often what happened: for the summary. */
  readonly tally: Map<string, number>
}

export function count({tally}: Universe, what: string, by = 1): void {
  tally.set(what, (tally.get(what) ?? 0) + by)
}
