import type {AdmittedEvent, Batch} from '../../src/collector/store/store.ts'
import {type ProjectFile, parseProjectFile} from '../../src/protocol/project/project-file.ts'
import type {EndEvent, Event, FeatureEvent, StartEvent} from '../../src/protocol/report/event.ts'
import type {Header} from '../../src/protocol/report/header.ts'
import {emptyHeader} from '../../src/protocol/report/header-columns.ts'

/** The current time of the samples. */
export const nowMs = Date.parse('2026-11-22T12:00:00Z')
export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

/** A UUID that is different for each kind and number. */
export const uuid = (kind: string, number: number): string => {
  const hex = Buffer.from(kind).toString('hex').slice(0, 4).padEnd(4, '0')
  return `0199aaaa-${hex}-7000-8000-${String(number).padStart(12, '0')}`
}

export const pseudonym = (name: string): string => Buffer.from(name).toString('hex').slice(0, 32).padEnd(32, '0')

/** A project file as people write it. `changes` replaces keys of the sample. */
export function writtenProject(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    project: 'parsl',
    contact: 'parsl@example.org',
    purpose: ['How many people use Parsl'],
    endpoint: {http: 'https://usage.example.org'},
    fields: {
      executors: {type: 'integer', min: 0, description: 'Count of executors used'},
      mode: {type: 'enum', values: ['local', 'remote'], description: 'Where it runs'},
      cached: {type: 'boolean', description: 'Whether the cache was used'},
    },
    features: {
      types: ['Algorithm', 'Feature'],
      names: ['Load.v1', 'Rebin.v1', 'Fit.v1'],
      details: {depth: {type: 'integer', description: 'Depth of the tree'}},
    },
    ...changes,
  }
}

export function sampleProject(changes: Record<string, unknown> = {}): ProjectFile {
  const parsed = parseProjectFile(writtenProject(changes))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.value
}

export const sampleHeader = (changes: Partial<Header> = {}): Header => ({
  ...emptyHeader,
  user: pseudonym('ann'),
  host: pseudonym('alpha'),
  application: 'parsl',
  version: '1.0',
  os: {name: 'Linux', version: '6.1', arch: 'x64', readable: null},
  ...changes,
})

const time = (timeMs: number): string => new Date(timeMs).toISOString()

/** The start of the run with a number, from which all ids are made. `changes` replaces values of the sample. */
export const startOf = (run: number, timeMs: number, changes: Partial<StartEvent> = {}): StartEvent => ({
  id: uuid('s', run),
  type: 'start',
  run: uuid('r', run),
  time: time(timeMs),
  script: pseudonym('script'),
  repeat: 0,
  fields: {},
  ...changes,
})

export const endOf = (run: number, timeMs: number, changes: Partial<EndEvent> = {}): EndEvent => ({
  id: uuid('e', run),
  type: 'end',
  run: uuid('r', run),
  time: time(timeMs),
  durationSeconds: null,
  exitCode: 0,
  signal: null,
  fields: {},
  ...changes,
})

export const featureOf = (number: number, timeMs: number, changes: Partial<FeatureEvent> = {}): FeatureEvent => ({
  id: uuid('f', number),
  type: 'feature',
  run: null,
  time: time(timeMs),
  featureType: 'Algorithm',
  name: 'Load.v1',
  durationSeconds: null,
  count: 1,
  internal: false,
  details: null,
  ...changes,
})

export const admitted = (event: Event): AdmittedEvent => ({
  event,
  timeMs: Date.parse(event.time),
  isClamped: false,
  undeclaredFields: 0,
})

/** The batch of a report with these events. */
export const batchOf = (events: readonly Event[], changes: Partial<Batch> = {}): Batch => ({
  project: 'parsl',
  header: sampleHeader(),
  receivedAtMs: nowMs,
  events: events.map(admitted),
  refused: 0,
  ...changes,
})

/** A report as a sender posts it. */
export const reportOf = (
  events: readonly unknown[],
  changes: Record<string, unknown> = {},
): Record<string, unknown> => ({
  protocol: 1,
  project: 'parsl',
  client: {name: 'test', version: '1'},
  header: sampleHeader(),
  events,
  ...changes,
})
