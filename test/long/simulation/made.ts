import type {ProjectFile} from '../../../src/protocol/project/project-file.ts'
import type {FieldValues} from '../../../src/protocol/values/scalars.ts'
import type {Host} from './host.ts'
import type {Person} from './person.ts'

/** What a program says of itself, as the truth knows it. */
export interface TrueHeader {
  readonly version: string | null
  readonly ci: string | null
  readonly scheduler: string | null
  /** Name of the system; `here` is that of the machine that runs the simulation, which completes what is null. */
  readonly system: 'here' | string | null
}

/** One event that really happened: who, where, when in true time, and what was said of it. */
export interface Made {
  readonly id: string
  readonly person: Person
  readonly project: string
  readonly run: string | null
  readonly madeAtMs: number
  /** The time that the event says, by the clock of its host. */
  readonly claimedMs: number
  readonly host: Host
  readonly bootId: string
  readonly clockSettings: number
  readonly header: TrueHeader
  /** Fields or details as they were written, declared or not. */
  readonly values: FieldValues
  readonly what:
    | {readonly type: 'start'; readonly repeat: number; readonly script: string | null}
    | {
        readonly type: 'end'
        readonly durationSeconds: number | null
        readonly exitCode: number | null
        readonly signal: string | null
      }
    | {
        readonly type: 'feature'
        readonly featureType: string
        readonly name: string
        readonly durationSeconds: number | null
        readonly count: number
        readonly internal: boolean
      }
}

/** Names an event in a message of failure so that it can be found. */
export function describe(made: Made): string {
  const at = new Date(made.madeAtMs).toISOString()
  return `${made.person.name}'s ${made.what.type} ${made.id} of ${made.project}, made on ${made.host.name} at ${at}`
}

/** The values that a project declares; in the simulated world declared ones always have their declared type. */
export function declaredValues(made: Made, project: ProjectFile): FieldValues {
  const declared = made.what.type === 'feature' ? project.features.details : project.fields
  return Object.fromEntries(Object.entries(made.values).filter(([name]) => name in declared))
}

/** Whether a project declares what was used. Names of other features are made of letters, digits and a few signs. */
export function isFeatureDeclared(made: Made, project: ProjectFile): boolean {
  if (made.what.type !== 'feature') return true
  const {featureType, name} = made.what
  const {types, names, allowOther} = project.features
  return types.includes(featureType) && (names.includes(name) || (allowOther && !name.includes('/')))
}

/** What travels of an event, but for the pseudonym of its script. */
export function wireOf(made: Made, project: ProjectFile): Record<string, unknown> {
  const shared = {id: made.id, type: made.what.type, run: made.run, time: new Date(made.claimedMs).toISOString()}
  const values = declaredValues(made, project)
  const {what} = made
  if (what.type === 'start') return {...shared, repeat: what.repeat, fields: values}
  if (what.type === 'end') return {...shared, ...what, fields: values}
  return {...shared, ...what, details: Object.keys(values).length > 0 ? values : null}
}
