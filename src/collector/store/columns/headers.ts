import {limitsHeaders, type StatsFilters} from '../../../stats/filters.ts'
import type {Database} from '../sqlite-database.ts'
import type {KnownHeader} from '../uses.ts'

/** The headers of a project by their numbers, from one question to the next. People and machines are numbers from 0. */
export interface KnownHeaders {
  readonly epoch: string
  /** By the number of the header; a hole is one that was not read yet. */
  readonly all: (KnownHeader | undefined)[]
  readonly users: Map<string, number>
  readonly hosts: Map<string, number>
  /** The greatest number that was read. */
  last: number
}

export type HeaderCache = Map<number, KnownHeaders>

const sql = `
  SELECT id, user, host, version, os_name AS system, scheduler, application, ci, os_readable AS readableSystem
  FROM headers WHERE project = :project AND id > :last`

type HeaderRow = KnownHeader['names'] & {
  readonly id: number
  readonly user: string | null
  readonly host: string | null
}

/** The headers of a project as the tables are now. A header never changes while the epoch is the same. */
export function readHeaders(database: Database, project: number, epoch: string, cache: HeaderCache): KnownHeaders {
  const before = cache.get(project)
  const known: KnownHeaders =
    before?.epoch === epoch ? before : {epoch, all: [], users: new Map(), hosts: new Map(), last: 0}
  cache.set(project, known)
  const rows = database.prepare(sql).all({project, last: known.last}) as unknown as HeaderRow[]
  for (const {id, user, host, ...names} of rows) {
    const isPerson = names.ci === null
    known.all[id] = {
      user: isPerson ? numberOf(known.users, user) : -1,
      host: isPerson ? numberOf(known.hosts, host) : -1,
      names: {...names},
    }
    known.last = Math.max(known.last, id)
  }
  return known
}

function numberOf(numbers: Map<string, number>, pseudonym: string | null): number {
  if (pseudonym === null) return -1
  const known = numbers.get(pseudonym)
  if (known !== undefined) return known
  numbers.set(pseudonym, numbers.size)
  return numbers.size - 1
}

/** Which headers a filter chooses: 1 at the number of each. Null when all are. */
export function chooseHeaders({all}: KnownHeaders, filters: StatsFilters): Uint8Array | null {
  if (!limitsHeaders(filters)) return null
  const {appVersion, system, ci, application} = filters
  const chosen = new Uint8Array(all.length)
  all.forEach((header, id) => {
    if (header === undefined) return
    const {names} = header
    const isChosen =
      (appVersion === null || names.version === appVersion) &&
      (system === null || names.system === system) &&
      (application === null || names.application === application) &&
      (ci === null || (names.ci !== null) === (ci === 'only'))
    if (isChosen) chosen[id] = 1
  })
  return chosen
}
