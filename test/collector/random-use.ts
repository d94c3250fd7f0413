import {TimingsRecorder} from '../../src/protocol/durations/timings-recorder.ts'
import type {Event, FeatureEvent} from '../../src/protocol/report/event.ts'
import type {Header} from '../../src/protocol/report/header.ts'
import {dayMs, endOf, featureOf, hourMs, nowMs, pseudonym, sampleHeader, startOf, uuid} from './samples.ts'

/** Random numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export interface Sent {
  readonly header: Header
  readonly event: Event
  /** The durations in the timings of a feature. */
  readonly durations?: readonly number[]
}

/** Makes use of eight people over 14 months, with all kinds of runs, in the order of time. */
export function randomUse(runs: number, random: () => number): Sent[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!
  const below = (limit: number): number => Math.floor(random() * limit)
  const sent: Sent[] = []
  for (let run = 0; run < runs; run++) {
    const startMs = nowMs - below(430 * dayMs)
    const year = new Date(startMs).getUTCFullYear()
    const person = below(8)
    const ci = random() < 0.1 ? 'github_actions' : null
    const header = sampleHeader({
      user: random() < 0.05 ? null : pseudonym(`p${person}-${year}`),
      host: pseudonym(`h${person % 3}-${year}`),
      version: pick(['1.0', '1.1', '2.0', null]),
      os: random() < 0.1 ? null : {name: pick(['Linux', 'Darwin']), version: null, arch: null, readable: null},
      ci,
      agent: run % 11 === 0 ? 'gemini' : run % 7 === 0 || person === 7 ? 'codex' : null,
      isNewSecret: run % 5 === 0 || person === 6,
    })
    const [events, durations] = eventsOfRun(run, startMs, pick, random)
    // An end or a feature may have another header. The header of the start counts.
    for (const event of events)
      sent.push({
        header: event.type === 'start' || random() < 0.8 ? header : {...header, version: '9'},
        event,
        durations: durations.get(event) ?? [],
      })
  }
  return sent.sort((a, b) => (a.event.time < b.event.time ? -1 : 1))
}

function eventsOfRun(
  run: number,
  startMs: number,
  pick: <T>(values: readonly T[]) => T,
  random: () => number,
): [Event[], ReadonlyMap<Event, readonly number[]>] {
  const events: Event[] = []
  const durations = new Map<Event, readonly number[]>()
  const script = pseudonym(`script${run % 5}-${new Date(startMs).getUTCFullYear()}`)
  const fields = random() < 0.5 ? {executors: Math.floor(random() * 10), mode: pick(['local', 'remote'])} : {}
  // Eighths of a second have exact sums, in every order.
  const lengthMs = 125 * Math.floor(random() * 40 * 3600)
  const kind = random()
  if (kind > 0.05) events.push(startOf(run, startMs, {script, fields}))
  if (kind > 0.9) events.push(startOf(run, startMs + dayMs, {id: uuid('t', run), script, fields, repeat: 1}))
  if (kind < 0.85) {
    const ending = pick([
      {},
      {},
      {},
      {exitCode: 1},
      {exitCode: 3},
      {exitCode: null, signal: 'SIGKILL'},
      {exitCode: null},
    ])
    const durationSeconds = random() < 0.5 ? lengthMs / 1000 : null
    const more = random() < 0.3 ? {executors: 20, cached: random() < 0.5} : {}
    events.push(endOf(run, startMs + lengthMs, {...ending, durationSeconds, fields: more}))
  }
  if (kind > 0.5 && kind < 0.55) events.push(endOf(run, startMs, {id: uuid('u', run), run: null}))
  for (let number = Math.floor(random() * 4); number > 0; number--) {
    const [event, known] = useOf(run * 10 + number, startMs, run, pick, random)
    events.push(event)
    durations.set(event, known)
  }
  return [events.filter(event => Date.parse(event.time) <= nowMs), durations]
}

/** A use of a feature, or several with all their durations, with those of some of them, or with the sum of them. */
function useOf(
  number: number,
  startMs: number,
  run: number,
  pick: <T>(values: readonly T[]) => T,
  random: () => number,
): [FeatureEvent, readonly number[]] {
  const count = 1 + Math.floor(random() * 5)
  const durationOf = (): number => Math.floor(random() * 80) / 8
  const durations = Array.from({length: Math.floor(random() * (count + 1))}, durationOf)
  const recorder = new TimingsRecorder()
  for (const one of durations) recorder.record(one)
  const values =
    random() < 0.5 ? {timings: recorder.toTimings()} : {durationSeconds: random() < 0.5 ? durationOf() : null}
  return [
    featureOf(number, startMs + Math.floor(random() * hourMs), {
      run: random() < 0.9 ? uuid('r', run) : null,
      name: pick(['Load.v1', 'Rebin.v1']),
      internal: random() < 0.3,
      count,
      details: detailsOf(number),
      ...values,
    }),
    'timings' in values ? durations : [],
  ]
}

/** Some uses have details. */
const detailsOf = (number: number): FeatureEvent['details'] => (number % 3 === 0 ? null : {depth: number % 7})

/** The same values in another order. */
export function shuffle<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map(value => ({value, place: random()}))
    .sort((a, b) => a.place - b.place)
    .map(({value}) => value)
}
