/**
 * Room `demo`: made-up data for `usage demo`, screenshots and benchmarks.
 *
 * It fills a store with two years of plausible use of an invented project. The data depend only on the given instant,
 * so equal instants give equal data. A real collector uses none of this.
 * Read next: `people.ts` for the invented users, `project.ts` for what the project declares.
 */

import {TimingsRecorder} from '../../protocol/durations/timings-recorder.ts'
import type {EndEvent, Event, FeatureEvent} from '../../protocol/report/event.ts'
import type {Header} from '../../protocol/report/header.ts'
import {limits} from '../../protocol/values/limits.ts'
import {makeUuidV7} from '../../protocol/values/uuid.ts'
import type {Batch, Store} from '../store/store.ts'
import {choose, headerOf, makePeople, type Person, pseudonym, type Random, seededRandom} from './people.ts'
import {demoCrash, demoFeatures, demoProject} from './project.ts'

const dayMs = 86_400_000
const days = 730

/**
 * Fills a store with two years of made-up use that ends now. The same instant gives the same use. Takes some seconds.
 * Resolves to the number of events when all of them are on disk.
 *
 * @param groupSize reports of one transaction
 */
export async function fillWithDemo(
  store: Pick<Store, 'insert' | 'saveProjects'>,
  nowMs: number,
  groupSize = 200,
): Promise<number> {
  const random = seededRandom(2)
  const {project} = demoProject()
  await store.saveProjects([demoProject()])
  const fromMs = Math.floor(nowMs / dayMs) * dayMs - days * dayMs
  const people = makePeople(fromMs, nowMs, random)
  let waiting: Batch[] = []
  let count = 0
  const write = async (): Promise<void> => {
    await store.insert(waiting)
    waiting = []
  }
  for (let dayStartMs = fromMs; dayStartMs < nowMs; dayStartMs += dayMs)
    for (const person of people)
      for (let run = runsOn(person, dayStartMs, random); run > 0; run--) {
        const startMs = dayStartMs + Math.floor((7 + 12 * random()) * 3_600_000)
        const events = eventsOfRun(startMs, person, nowMs, random)
        if (startMs >= nowMs || events.length === 0) continue
        count += events.length
        waiting.push(batchOf(project, person, events, startMs, nowMs))
        if (waiting.length >= groupSize) await write()
      }
  await write()
  return count
}

/** People work less at weekends, in August and at the turn of the year. */
function runsOn({firstDayMs, lastDayMs, perDay, ci}: Person, dayStartMs: number, random: Random): number {
  if (dayStartMs < firstDayMs || dayStartMs > lastDayMs) return 0
  const date = new Date(dayStartMs)
  const weekend = [0, 6].includes(date.getUTCDay()) ? 0.25 : 1
  const month = date.getUTCMonth()
  const season = month === 7 ? 0.55 : month === 11 && date.getUTCDate() > 20 ? 0.25 : 1
  const wanted = perDay * weekend * (ci === null ? season : 1)
  return Math.floor(wanted) + (random() < wanted % 1 ? 1 : 0)
}

function batchOf(project: string, person: Person, events: readonly Event[], startMs: number, nowMs: number): Batch {
  return {
    project,
    header: headerOf(person, startMs, nowMs),
    receivedAtMs: Math.min(nowMs, startMs + limits.clockToleranceMinutes * 60_000),
    events: events.map(event => ({event, timeMs: Date.parse(event.time), isClamped: false, undeclaredFields: 0})),
    refused: 0,
  }
}

const endings: readonly (readonly [share: number, ending: Pick<EndEvent, 'exitCode' | 'signal'>])[] = [
  [0.885, {exitCode: 0, signal: null}],
  [0.05, {exitCode: 1, signal: null}],
  [0.016, {exitCode: 2, signal: null}],
  [0.012, {exitCode: 77, signal: null}],
  [0.018, {exitCode: null, signal: 'SIGKILL'}],
  [0.008, {exitCode: null, signal: 'SIGSEGV'}],
  [0.011, {exitCode: null, signal: null}],
]

const crashing: typeof endings = [
  [demoCrash.share, {exitCode: null, signal: demoCrash.signal}],
  ...endings.map(([share, ending]) => [share * (1 - demoCrash.share), ending] as const),
]

const isCrashing = (events: readonly Event[], {version}: Header): boolean =>
  version === demoCrash.version && events.some(one => one.type === 'feature' && one.name === demoCrash.feature)

/** The events of one run up to now. Some runs are lost: they have no end. */
function eventsOfRun(startMs: number, person: Person, nowMs: number, random: Random): Event[] {
  const id = (timeMs: number): string =>
    makeUuidV7(
      timeMs,
      Uint8Array.from({length: 10}, () => random() * 256),
    )
  const at = (timeMs: number): string => new Date(Math.floor(timeMs)).toISOString()
  const run = id(startMs)
  const script = pseudonym(`script ${person.number} ${Math.floor(random() * 3)} ${new Date(startMs).getUTCFullYear()}`)
  const cells = Math.round(10 ** (2.5 + 3 * random()))
  const fields = {cells, precision: random() < 0.8 ? 'double' : 'single', restarted: random() < 0.1}
  const seconds = Math.min(86_400, Math.round(Math.exp(4.2 + 1.7 * normal(random) + (person.scheduler ? 1.6 : 0))))
  const events: Event[] = [{id: id(startMs), type: 'start', run, time: at(startMs), script, repeat: 0, fields}]
  for (const {name, type, percent, internalPercent, seconds: usual} of demoFeatures) {
    if (random() * 100 >= percent) continue
    const timeMs = startMs + random() * seconds * 1000
    const durationSeconds = usual === null ? null : Number((usual * (0.5 + random())).toPrecision(3))
    const internal = random() * 100 < internalPercent
    const count = 1 + Math.floor(3 * random() ** 3)
    const use = {featureType: type, name, ...durationsOf(durationSeconds, count), count, internal, details: null}
    events.push({id: id(timeMs), type: 'feature', run, time: at(timeMs), ...use})
  }
  const endMs = startMs + seconds * 1000
  if (random() >= 0.03) {
    const ending = choose(isCrashing(events, headerOf(person, startMs, nowMs)) ? crashing : endings, random)
    events.push({id: id(endMs), type: 'end', run, time: at(endMs), durationSeconds: seconds, ...ending, fields: {}})
  }
  return events.filter(({time}) => Date.parse(time) <= nowMs)
}

/** The durations of some uses: those after the first take somewhat longer or shorter. */
function durationsOf(first: number | null, count: number): Pick<FeatureEvent, 'durationSeconds' | 'timings'> {
  if (first === null || count === 1) return {durationSeconds: first}
  const recorder = new TimingsRecorder()
  for (let use = 0; use < count; use++) recorder.record(first * (1 + 0.3 * Math.sin(use)))
  return {durationSeconds: null, timings: recorder.toTimings()}
}

/** A normally distributed number (Box and Muller). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
