import {createHash} from 'node:crypto'
import type {Header, OperatingSystem} from '../../protocol/report/header.ts'
import {emptyHeader} from '../../protocol/report/header-columns.ts'

/** Returns numbers from 0 to 1, without 1. */
export type Random = () => number

/** Random numbers that are the same for the same seed (mulberry32), so that everybody sees the same demo. */
export function seededRandom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Somebody who uses the software for some time. */
export interface Person {
  readonly number: number
  readonly firstDayMs: number
  readonly lastDayMs: number
  /** Runs on a usual working day. */
  readonly perDay: number
  readonly os: OperatingSystem
  readonly scheduler: string | null
  readonly ci: string | null
  /** Days between a release and the person's update to it. */
  readonly updateDays: number
}

const dayMs = 86_400_000

const systems: readonly (readonly [share: number, os: OperatingSystem])[] = [
  [0.34, {name: 'Linux', version: '6.1', arch: 'x64', readable: 'Debian GNU/Linux 12 (bookworm)'}],
  [0.2, {name: 'Linux', version: '6.8', arch: 'x64', readable: 'Ubuntu 24.04 LTS'}],
  [0.16, {name: 'Linux', version: '5.14', arch: 'x64', readable: 'Rocky Linux 9.4 (Blue Onyx)'}],
  [0.19, {name: 'Darwin', version: '24.1', arch: 'arm64', readable: 'macOS 15'}],
  [0.09, {name: 'Windows_NT', version: '10.0', arch: 'x64', readable: 'Windows 11 Pro'}],
  [0.02, {name: 'FreeBSD', version: '14.1', arch: 'x64', readable: 'FreeBSD 14.1'}],
]

/** Makes the people of the whole time. Their number grows. */
export function makePeople(fromMs: number, toMs: number, random: Random): Person[] {
  const people = 260
  return Array.from({length: people}, (_, number) => {
    const isThere = random() < 0.2
    const firstDayMs = isThere ? fromMs : fromMs + Math.floor(random() ** 0.75 * (toMs - fromMs))
    const stays = random() < 0.45 ? 2000 : 5 + random() * 300
    const isCi = number % 65 === 5
    return {
      number,
      firstDayMs,
      lastDayMs: firstDayMs + stays * dayMs,
      perDay: isCi ? 2.2 : 0.08 + 1.1 * random() ** 4,
      os: isCi ? systems[1]![1] : choose(systems, random),
      scheduler: !isCi && random() < 0.3 ? (random() < 0.8 ? 'slurm' : 'pbs') : null,
      ci: isCi ? (number % 2 === 0 ? 'GitHub Actions' : 'GitLab CI') : null,
      updateDays: Math.floor(random() ** 2 * 220),
    }
  })
}

/** Chooses a value at random by its share. The shares must add up to 1. */
export function choose<T>(shares: readonly (readonly [share: number, value: T])[], random: Random): T {
  let left = random()
  for (const [share, value] of shares) {
    left -= share
    if (left < 0) return value
  }
  return shares.at(-1)![1]
}

const releases: readonly (readonly [version: string, daysBeforeNow: number])[] = [
  ['1.8', 10_000],
  ['1.9', 690],
  ['2.0', 455],
  ['2.1', 270],
  ['2.2', 88],
]

/** The header of a person's reports at a time. Pseudonyms change with the year. */
export function headerOf(person: Person, timeMs: number, nowMs: number): Header {
  const year = new Date(timeMs).getUTCFullYear()
  const taken = releases.findLast(([, days]) => timeMs >= nowMs - days * dayMs + person.updateDays * dayMs)
  return {
    ...emptyHeader,
    user: person.ci === null ? pseudonym(`person ${person.number} ${year}`) : pseudonym(`ci ${person.ci}`),
    host: pseudonym(`host ${person.scheduler === null ? person.number : person.number % 15} ${year}`),
    application: 'heatflow',
    version: (taken ?? releases[0])![0],
    os: person.os,
    ci: person.ci,
    scheduler: person.scheduler,
    period: `${year}-01-01`,
  }
}

export const pseudonym = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32)
