// Fills a data folder with two years of use of four projects: `node bench/fill-store.ts DIR EVENTS`. The first project
// gets half of the events. Takes some minutes for ten million events.

import {randomBytes} from 'node:crypto'
import {openSqliteStore} from '../src/collector/store/sqlite/sqlite.ts'
import type {Batch} from '../src/collector/store/store.ts'
import {type ProjectFile, parseProjectFile} from '../src/protocol/project/project-file.ts'
import type {Event} from '../src/protocol/report/event.ts'
import type {Header} from '../src/protocol/report/header.ts'
import {emptyHeader} from '../src/protocol/report/header-columns.ts'
import {makeUuidV7} from '../src/protocol/values/uuid.ts'

const dayMs = 86_400_000
const days = 730
/** A start, six features and an end. */
const eventsOfRun = 8
const shares = {first: 0.5, second: 0.25, third: 0.15, fourth: 0.1} as const
/** Number of people for each thousand events. */
const people = 2.4
const names = Array.from({length: 60}, (_, index) => `Algorithm${index}.v1`)

/** Random numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export function projectOf(id: string): ProjectFile {
  const parsed = parseProjectFile({
    ...{project: id, contact: `${id}@example.org`, purpose: ['Who uses it']},
    endpoint: {http: 'https://usage.example.org'},
    identity: {rotate: 'year'},
    fields: {
      cells: {type: 'integer', min: 0, description: 'Size of the mesh'},
      mode: {type: 'enum', values: ['local', 'remote'], description: 'Where it runs'},
    },
    features: {types: ['Algorithm'], names},
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.value
}

const pseudonym = (kind: string, number: number, atMs: number): string =>
  Buffer.from(`${kind}${number}-${new Date(atMs).getUTCFullYear()}`.padEnd(16, '.'))
    .toString('hex')
    .slice(0, 32)

/** Makes one run of a person. */
export function makeRun(project: string, person: number, startMs: number, random: () => number): Batch {
  const year = Math.floor((startMs / dayMs / 365.25 - 50) * 4)
  const header: Header = {
    ...emptyHeader,
    user: pseudonym('u', person, startMs),
    host: pseudonym('h', person >> 1, startMs),
    version: `${Math.floor(year / 2) - (person % 3 === 0 ? 1 : 0)}.${person % 2}`,
    os: {
      name: person % 7 === 0 ? 'Darwin' : 'Linux',
      version: '6',
      arch: 'x64',
      readable: person % 3 ? 'Debian' : null,
    },
    ci: person % 50 === 0 ? 'github_actions' : null,
    scheduler: person % 4 === 0 ? 'slurm' : null,
  }
  const id = (): string => makeUuidV7(startMs, randomBytes(10))
  const at = (atMs: number): string => new Date(Math.floor(atMs)).toISOString()
  const run = id()
  const seconds = Math.round(Math.exp(4 + 1.7 * (random() + random() + random() - 1.5) * 2) * 8) / 8
  const common = {run, durationSeconds: null}
  const events: Event[] = [
    {
      ...{id: id(), type: 'start', run, time: at(startMs), repeat: 0},
      script: pseudonym('s', person * 3 + Math.floor(random() * 3), startMs),
      fields: {cells: Math.floor(random() * 1e6), mode: random() < 0.5 ? 'local' : 'remote'},
    },
  ]
  for (let use = 0; use < eventsOfRun - 2; use++)
    events.push({
      ...common,
      ...{id: id(), type: 'feature', time: at(startMs + random() * seconds * 1000), featureType: 'Algorithm'},
      ...{name: names[Math.floor(random() ** 2 * names.length)]!, count: 1, internal: random() < 0.3, details: null},
      durationSeconds: random() < 0.7 ? Math.round(random() * 80) / 8 : null,
    })
  const code = random() < 0.9 ? 0 : 1 + Math.floor(random() * 3)
  const end = {
    id: id(),
    type: 'end',
    time: at(startMs + seconds * 1000),
    exitCode: code,
    signal: null,
    fields: {},
  } as const
  if (random() < 0.97) events.push({...common, ...end, durationSeconds: seconds})
  const admitted = events.map(event => ({event, timeMs: Date.parse(event.time), isClamped: false, undeclaredFields: 0}))
  return {project, header, receivedAtMs: startMs + seconds * 1000, events: admitted, refused: 0}
}

/** The projects of `useByDay`. */
export const filledProjects: readonly ProjectFile[] = Object.keys(shares).map(projectOf)

/** Makes two years of use that end at an instant (Unix milliseconds): the reports of one day after the other. */
export function* useByDay(events: number, nowMs: number): Generator<readonly Batch[]> {
  const random = seededRandom(11)
  for (let day = 0; day < days; day++) {
    const batches: Batch[] = []
    for (const [project, share] of Object.entries(shares)) {
      const runs = Math.round(((events * share) / eventsOfRun / days) * (0.7 + (0.6 * day) / days))
      const crowd = Math.max(10, Math.round((events * share * people) / 1000))
      for (let run = 0; run < runs; run++) {
        const startMs = nowMs - (days - day) * dayMs + Math.floor(random() * dayMs * 0.9)
        batches.push(makeRun(project, Math.floor(random() ** 2 * crowd), startMs, random))
      }
    }
    yield batches.sort((a, b) => a.receivedAtMs - b.receivedAtMs)
  }
}

/** Fills an empty data folder with two years of use that end at an instant (Unix milliseconds). */
export async function fillStore(dataDirectory: string, events: number, nowMs: number): Promise<void> {
  const store = openSqliteStore(dataDirectory)
  await store.saveProjects(filledProjects)
  const since = performance.now()
  let day = 0
  for (const batches of useByDay(events, nowMs)) {
    await store.insert(batches)
    day++
    if (day % 73 === 0) console.error(`day ${day} of ${days}, ${Math.round((performance.now() - since) / 1000)} s`)
  }
  await store.close()
}

if (process.argv[1] === import.meta.filename)
  await fillStore(process.argv[2]!, Number(process.argv[3]), Date.parse('2026-11-25T12:00:00Z'))
