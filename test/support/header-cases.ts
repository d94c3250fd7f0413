import {utimesSync} from 'node:fs'
import {secretPath} from '../../src/reporter/identity/secret.ts'
import type {IsolatedHome} from './isolated-home.ts'

const dayMs = 86_400_000
const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)
const nowMs = Date.now()
const tomorrow = dayOf(nowMs + dayMs).slice(5)
const yesterday = dayOf(nowMs - dayMs)
const year = dayOf(nowMs).slice(0, 4)

/** What every client says in the header of the pseudonyms and of the agent. No test of them may run over midnight. */
export const headerCases: readonly {
  readonly title: string
  readonly identity: Readonly<Record<string, unknown>>
  readonly environment: Readonly<Record<string, string>>
  /** Whether the secret was made by the run, and not two minutes before. */
  readonly isNewSecret: boolean
  readonly header: Readonly<Record<string, unknown>>
}[] = [
  {
    title: 'a year from January, in a new home',
    identity: {},
    environment: {},
    isNewSecret: true,
    header: {period: `${year}-01-01`, isNewSecret: true, agent: null},
  },
  {
    title: 'a year that begins tomorrow, of an agent',
    identity: {yearBegins: tomorrow === '02-29' ? '03-01' : tomorrow},
    environment: {CODEX_THREAD_ID: 'x'},
    isNewSecret: false,
    header: {isNewSecret: false, agent: 'codex'},
  },
  {
    title: 'a year that began yesterday, of an unknown agent',
    identity: {yearBegins: yesterday.endsWith('02-29') ? '02-28' : yesterday.slice(5)},
    environment: {AI_AGENT: 'anything'},
    isNewSecret: false,
    header: {isNewSecret: false, agent: 'other'},
  },
  {
    title: 'a month',
    identity: {rotate: 'month', host: false},
    environment: {AI_AGENT: 'off'},
    isNewSecret: true,
    header: {period: `${dayOf(nowMs).slice(0, 7)}-01`, isNewSecret: true, agent: null},
  },
  {
    title: 'ids that never change, without users',
    identity: {rotate: 'never', user: false},
    environment: {},
    isNewSecret: true,
    header: {user: null, period: '0001-01-01', isNewSecret: false},
  },
  {
    title: 'no ids',
    identity: {user: false, host: false, script: false},
    environment: {},
    isNewSecret: true,
    header: {user: null, host: null, period: null, isNewSecret: false},
  },
]

/** Makes the secret of a home two minutes older. */
export function ageSecret({stateDirectory}: IsolatedHome): void {
  const atSeconds = Date.now() / 1000 - 120
  utimesSync(secretPath(stateDirectory), atSeconds, atSeconds)
}
