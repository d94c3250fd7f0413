import {
  isAgentChosen,
  limitsHeaders,
  type StatsFilters,
  wordFilters,
  wordOfFilter,
} from '../../../../stats/model/filters.ts'
import {columnOfWord, type HeaderWord, headerWords} from '../../../../stats/model/header-words.ts'
import {allRows, type Database} from '../tables/database.ts'

/**
 * The headers of a project as columns. The index is the id of a header in the store. People and hosts are numbers from
 * 0. -1 means that the person or host is unknown, or that the run was in CI.
 */
export interface KnownHeaders {
  readonly user: Int32Array
  readonly host: Int32Array
  readonly isCi: Uint8Array
  /** The sum of `headerMarks`: a coding agent ran the program, and the home has a new secret. */
  readonly marks: Uint8Array
  /** The number of the rotation period of the pseudonyms; -1 if the report does not say it. */
  readonly period: Int32Array
  /** The numbers of different people and hosts. */
  readonly users: number
  readonly hosts: number
  /** The number of a rotation period by its first day. Numbers stay the same within an epoch. */
  readonly periodNumber: (period: string) => number
  /** For each word, an index of its `names`. */
  readonly name: Readonly<Record<HeaderWord, Int32Array>>
  readonly names: Readonly<Record<HeaderWord, readonly (string | null)[]>>
}

/** The marks of a header, one bit each. */
export const headerMarks = {agent: 1, newHome: 2} as const

/** The headers of a project that were read so far, in the current epoch. */
export interface ReadHeaders {
  known: Omit<KnownHeaders, 'users' | 'hosts' | 'periodNumber'>
  readonly periods: Map<string, number>
  readonly users: Map<string, number>
  readonly hosts: Map<string, number>
  readonly numbers: Readonly<Record<HeaderWord, Map<string | null, number>>>
  /** The greatest id that was read. */
  last: number
}

const sql = `
  SELECT id, user, host, period, is_new_secret, ${headerWords.map(word => `"${columnOfWord[word]}"`).join(', ')}
  FROM headers WHERE project = :project AND id > :last`
const ciPlace = headerWords.indexOf('ci')
const agentPlace = headerWords.indexOf('agent')

/** A row of the query: the last elements are one name for each of `headerWords`, in order. */
type HeaderRow = readonly [
  id: number,
  user: string | null,
  host: string | null,
  period: string | null,
  isNewSecret: string | null,
  ...names: (string | null)[],
]

/** The headers of a project in the current state of the tables. Reads only new headers, and adds them to `read`. */
export function readHeaders(database: Database, project: number, read: ReadHeaders): KnownHeaders {
  const rows = allRows<HeaderRow>(database.prepare(sql), {project, last: read.last})
  read.last = rows.reduce((last, [id]) => Math.max(last, id), read.last)
  if (read.last >= read.known.user.length) read.known = grow(read.known, 2 * read.last + 1)
  for (const row of rows) addHeader(read, row)
  const periodNumber = (period: string): number => numberOf(read.periods, period)
  return {...read.known, users: read.users.size, hosts: read.hosts.size, periodNumber}
}

/** The approximate bytes of the headers of a project in memory. The columns have an element for every id. */
export function bytesOfHeaders({known, users, hosts, numbers}: ReadHeaders): number {
  const names = headerWords.reduce((sum, word) => sum + numbers[word].size, 0)
  return (14 + 4 * headerWords.length) * known.user.length + 200 * (users.size + hosts.size + names)
}

function addHeader(read: ReadHeaders, [id, user, host, period, isNewSecret, ...names]: HeaderRow): void {
  const {known, users, hosts, numbers, periods} = read
  const isCi = names[ciPlace] !== null
  known.isCi[id] = isCi ? 1 : 0
  known.marks[id] =
    (names[agentPlace] === null ? 0 : headerMarks.agent) + (isNewSecret === null ? 0 : headerMarks.newHome)
  known.period[id] = period === null ? -1 : numberOf(periods, period)
  known.user[id] = user === null || isCi ? -1 : numberOf(users, user)
  known.host[id] = host === null || isCi ? -1 : numberOf(hosts, host)
  for (const [place, word] of headerWords.entries()) {
    const name = names[place]!
    const number = numberOf(numbers[word], name)
    known.name[word][id] = number
    ;(known.names[word] as (string | null)[])[number] = name
  }
}

function numberOf<Key>(numbers: Map<Key, number>, key: Key): number {
  const known = numbers.get(key)
  if (known !== undefined) return known
  numbers.set(key, numbers.size)
  return numbers.size - 1
}

/** Whether a run or an event with this header does not say who used it. CI is nobody. */
export const isWithoutUser = ({user, isCi}: KnownHeaders, header: number): boolean =>
  user[header]! < 0 && isCi[header] === 0

const ofWords = <T>(make: () => T): Record<HeaderWord, T> =>
  Object.fromEntries(headerWords.map(word => [word, make()])) as Record<HeaderWord, T>

export const noHeaders = (): ReadHeaders => ({
  known: {
    user: new Int32Array(0),
    host: new Int32Array(0),
    isCi: new Uint8Array(0),
    marks: new Uint8Array(0),
    period: new Int32Array(0),
    name: ofWords(() => new Int32Array(0)),
    names: ofWords(() => []),
  },
  users: new Map(),
  hosts: new Map(),
  periods: new Map(),
  numbers: ofWords(() => new Map()),
  last: 0,
})

function grow(known: ReadHeaders['known'], size: number): ReadHeaders['known'] {
  const longer = (column: Int32Array): Int32Array => {
    const grown = new Int32Array(size)
    grown.set(column)
    return grown
  }
  const longerBytes = (column: Uint8Array): Uint8Array => {
    const grown = new Uint8Array(size)
    grown.set(column)
    return grown
  }
  const name = Object.fromEntries(headerWords.map(word => [word, longer(known.name[word])]))
  return {
    ...known,
    user: longer(known.user),
    host: longer(known.host),
    isCi: longerBytes(known.isCi),
    marks: longerBytes(known.marks),
    period: longer(known.period),
    name: name as ReadHeaders['known']['name'],
  }
}

/** Which headers a filter chooses: 1 at the id of each chosen header. Null if all are chosen. */
export function chooseHeaders({name, names, isCi}: KnownHeaders, filters: StatsFilters): Uint8Array | null {
  if (!limitsHeaders(filters)) return null
  const conditions: (readonly [column: Int32Array | Uint8Array, value: number])[] = wordFilters.flatMap(filter => {
    const value = filters[filter]
    const word = wordOfFilter[filter]
    return value === null ? [] : [[name[word], names[word].indexOf(value)] as const]
  })
  if (filters.agent !== null) {
    const isChosen = names.agent.map(agent => Number(isAgentChosen(filters, agent)))
    conditions.push([name.agent.map(number => isChosen[number]!), 1])
  }
  if (filters.ci !== null) conditions.push([isCi, Number(filters.ci === 'only')])
  const chosen = new Uint8Array(isCi.length).fill(1)
  for (const [column, value] of conditions)
    for (let id = 0; id < chosen.length; id++) if (column[id] !== value) chosen[id] = 0
  return chosen
}
