import {hash} from 'node:crypto'
import type {Header} from '../../../../protocol/report/header.ts'
import {
  type HeaderColumn,
  type HeaderValues,
  headerColumns,
  valuesOfHeader,
} from '../../../../protocol/report/header-columns.ts'
import type {Database} from './database.ts'

/** The most entries of the cache, which is then emptied: some megabytes. */
const maxCached = 20_000

/** Finds or makes the ids of values that many rows share: projects, headers, names of features. */
export interface Dictionary {
  projectId(project: string): number
  headerId(projectId: number, header: Header): number
  featureId(projectId: number, type: string, name: string): number
  /** Empties the cache. Call it after a rollback or a deletion: cached ids may not exist any more. */
  forget(): void
  /** Notes the ids that are asked for from now on, until `stop`: rows that use them may follow. */
  watchIds(): IdWatch
  /** Tells the watches of a header that a row gets without asking for its id. */
  noteHeader(id: number): void
}

export interface IdWatch {
  readonly headers: ReadonlySet<number>
  readonly features: ReadonlySet<number>
  stop(): void
}

/** Makes a dictionary over the tables of a database. Call its functions inside a transaction. */
export function createDictionary(database: Database): Dictionary {
  const insertProject = database.prepare('INSERT INTO projects (project) VALUES (?)')
  const findProject = database.prepare('SELECT id FROM projects WHERE project = ?')
  const insertHeader = database.prepare(
    `INSERT INTO headers (project, digest, ${headerColumns.map(column => `"${column}"`).join(', ')})
     VALUES (?, ?, ${headerColumns.map(() => '?').join(', ')})`,
  )
  const findHeader = database.prepare('SELECT id FROM headers WHERE project = ? AND digest = ?')
  const insertFeature = database.prepare('INSERT INTO feature_names (project, type, name) VALUES (?, ?, ?)')
  const findFeature = database.prepare('SELECT id FROM feature_names WHERE project = ? AND type = ? AND name = ?')
  const cache = new Map<string, number>()
  const watches = new Set<{readonly headers: Set<number>; readonly features: Set<number>}>()
  const noteHeader = (id: number): void => {
    for (const {headers} of watches) headers.add(id)
  }

  /** Every table has its id as the row id. */
  const remember = (key: string, find: () => unknown, insert: () => {readonly lastInsertRowid: unknown}): number => {
    const cached = cache.get(key)
    if (cached !== undefined) return cached
    const row = find() as {readonly id: number} | undefined
    const id = row?.id ?? Number(insert().lastInsertRowid)
    if (cache.size >= maxCached) cache.clear()
    cache.set(key, id)
    return id
  }

  return {
    projectId: project =>
      remember(
        `project ${project}`,
        () => findProject.get(project),
        () => insertProject.run(project),
      ),
    headerId(projectId, header) {
      const values = valuesOfHeader(header)
      const content = contentOf(values)
      let digest: Uint8Array
      const find = (): unknown => {
        digest = digestOf(content)
        return findHeader.get(projectId, digest)
      }
      const id = remember(`header ${projectId} ${content}`, find, () =>
        insertHeader.run(projectId, digest, ...headerColumns.map(column => values[column])),
      )
      noteHeader(id)
      return id
    },
    featureId(projectId, type, name) {
      const id = remember(
        `feature ${projectId} ${type}\n${name}`,
        () => findFeature.get(projectId, type, name),
        () => insertFeature.run(projectId, type, name),
      )
      for (const {features} of watches) features.add(id)
      return id
    },
    forget: () => cache.clear(),
    noteHeader,
    watchIds() {
      const seen = {headers: new Set<number>(), features: new Set<number>()}
      watches.add(seen)
      return {...seen, stop: () => void watches.delete(seen)}
    },
  }
}

/** The columns of the first version of headers. Never edit this list: digests in every store depend on it. */
const firstColumns: readonly HeaderColumn[] = [
  'user',
  'host',
  'application',
  'version',
  'commit',
  'component',
  'os_name',
  'os_version',
  'os_arch',
  'os_readable',
  'ci',
  'scheduler',
]

/**
 * The input of a header's digest. Later columns are included only if they have a value, so old headers keep their
 * digest.
 */
function contentOf(values: HeaderValues): string {
  const later = headerColumns.filter(column => !firstColumns.includes(column) && values[column] !== null)
  return JSON.stringify([
    ...firstColumns.map(column => values[column]),
    ...later.map(column => [column, values[column]]),
  ])
}

const digestOf = (content: string): Uint8Array => hash('sha256', content, 'buffer').subarray(0, 16)
