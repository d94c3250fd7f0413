import {seededRandom} from '../../collector/random-use.ts'
import {fixturesIn, readFixture, readJsonFixture} from '../../support/fixtures.ts'
import {mutateBytes, mutateText} from './mutate-bytes.ts'
import {mutateTransport, type Transport, wholePost} from './mutate-transport.ts'
import {mutateValue} from './mutate-value.ts'

/** Chance of one mutant. All of it follows from the seed and the number of the mutant. */
export interface Chance {
  /** A number from 0 to 1. */
  readonly random: () => number
  readonly below: (limit: number) => number
  readonly pick: <T>(values: readonly T[]) => T
}

export const chanceOf = (random: () => number): Chance => {
  const below = (limit: number): number => Math.floor(random() * limit)
  return {random, below, pick: values => values[below(values.length)]!}
}

/** Where a mutant goes: a datagram, or a post to one of the addresses of the collector. */
export type Way = 'reports' | 'startups' | 'features' | 'datagram'

export interface Mutant extends Transport {
  readonly way: Way
}

/** The clients whose messages are mutated, and how often each is. */
const golden = fixturesIn('reports').map(readJsonFixture)
const datagrams = ['p0-1.2.0-end', 'p0-1.2.0-start', 'p1-level1-start', 'p1-level3-end', 'p1-level3-start']
const parsl = datagrams.map(name => readFixture(`compat/parsl-${name}.dgram`))
const mantid = {startups: 'startup', features: 'feature'} as const

/**
 * Makes a mutant. `lane`: the sender. Messages of one lane may share runs and repeat each other, those of different
 * lanes never do, so the order of lanes changes no count.
 */
export function makeMutant(seed: number, index: number, lane: number, nowMs: number): Mutant {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b))
  const chance = chanceOf(random)
  const isDatagram = lane === 0
  const kind = random()
  if (isDatagram && kind < 0.2) return asDatagram(chance, mutateText(chance, chance.pick(parsl)))
  if (!isDatagram && kind < 0.1) return asPost(chance, kind < 0.05 ? 'startups' : 'features')
  const report = renew(structuredClone(chance.pick(golden)), {lane, index, chance, nowMs})
  if (isDatagram && random() < 0.9) report['events'] = (report['events'] as unknown[]).slice(0, 1)
  const text = writeMutated(chance, report)
  return isDatagram ? asDatagram(chance, `2${text}`) : asPost(chance, 'reports', text)
}

function asDatagram(chance: Chance, text: string): Mutant {
  const bytes = chance.random() < 0.2 ? mutateBytes(chance, Buffer.from(text)) : Buffer.from(text)
  return {way: 'datagram', ...wholePost('/', bytes.subarray(0, 60_000))}
}

const addresses = {reports: '/v1/reports', startups: '/api/usage', features: '/api/feature'} as const

function asPost(chance: Chance, way: Exclude<Way, 'datagram'>, written?: string): Mutant {
  const text = written ?? writeMutated(chance, readJsonFixture(`compat/mantid-${mantid[way as 'startups']}-6.x.json`))
  const bytes = chance.random() < 0.15 ? mutateBytes(chance, Buffer.from(text)) : Buffer.from(text)
  const sound = wholePost(addresses[way], bytes)
  const headers = [...sound.request.headers, 'Authorization: Bearer the-key']
  const whole = chance.random() < 0.7 ? {...sound, request: {...sound.request, headers}} : sound
  return {way, ...(chance.random() < 0.25 ? mutateTransport(chance, whole) : whole)}
}

/** Some messages stay as they are, most become another value, and some text that is hardly JSON. */
function writeMutated(chance: Chance, message: unknown): string {
  const kind = chance.random()
  let value = message
  if (kind > 0.25) for (let times = 1 + chance.below(3); times > 0; times--) value = mutateValue(chance, value)
  const text = JSON.stringify(value) ?? ''
  return kind > 0.85 ? mutateText(chance, text) : text
}

interface Place {
  readonly lane: number
  readonly index: number
  readonly chance: Chance
  readonly nowMs: number
}

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0').slice(-digits)

/** Gives a golden report ids and times of its own, and sometimes those of an earlier report of its lane. */
function renew(report: Record<string, unknown>, {lane, index, chance, nowMs}: Place): Record<string, unknown> {
  const isRepeat = lane !== 0 && chance.random() < 0.1
  const number = isRepeat ? Math.max(0, index - chance.below(200)) : index
  const run = lane === 0 ? number : Math.floor(number / 200)
  const project = chance.pick(['demo', 'demo', 'demo', 'keyed'])
  if (project === 'keyed' && chance.random() < 0.8) report['writeKey'] = 'the-key'
  const events = report['events'] as Record<string, unknown>[]
  for (const [place, event] of events.entries()) {
    event['id'] = `${hex(lane, 8)}-0000-7000-8${hex(place, 3)}-${hex(number, 12)}`
    if (event['run'] != null) event['run'] = `${hex(lane, 8)}-ffff-7000-8000-${hex(run, 12)}`
    event['time'] = new Date(nowMs - 60_000 - chance.below(20 * 86_400_000)).toISOString()
    if (event['type'] === 'feature') event['name'] = chance.pick(['Load.v1', 'Rebin.v1', 'Save.v1', event['name']])
  }
  return {...report, project}
}
