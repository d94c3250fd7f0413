import {createHash} from 'node:crypto'
import type {Header} from '../../../protocol/header.ts'
import {type HeaderColumn, type HeaderValues, headerColumns, valuesOfHeader} from '../../../protocol/header-columns.ts'
import type {Database} from './database.ts'

/** Entries that a cache holds before it is emptied: some megabytes. */
const maxCached = 20_000

/** Gives small numbers to what many rows share: projects, headers, names of features. */
export interface Dictionary {
  projectId(project: string): number
  headerId(projectId: number, header: Header): number
  featureId(projectId: number, type: string, name: string): number
  /** To be called when a transaction was rolled back: numbers that it gave do not exist. */
  forget(): void
}

/** Makes a dictionary over the tables of a database. All calls belong inside a transaction. */
export function createDictionary(database: Database): Dictionary {
  const insertProject = database.prepare('INSERT INTO projects (project) VALUES (?) ON CONFLICT DO NOTHING')
  const findProject = database.prepare('SELECT id FROM projects WHERE project = ?')
  const insertHeader = database.prepare(
    `INSERT INTO headers (project, digest, ${headerColumns.map(column => `"${column}"`).join(', ')})
     VALUES (?, ?, ${headerColumns.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`,
  )
  const findHeader = database.prepare('SELECT id FROM headers WHERE project = ? AND digest = ?')
  const insertFeature = database.prepare(
    'INSERT INTO feature_names (project, type, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const findFeature = database.prepare('SELECT id FROM feature_names WHERE project = ? AND type = ? AND name = ?')
  const cache = new Map<string, number>()

  const remember = (key: string, find: () => unknown, insert: () => void): number => {
    const cached = cache.get(key)
    if (cached !== undefined) return cached
    let row = find()
    if (row === undefined) {
      insert()
      row = find()
    }
    const {id} = row as {id: number}
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
      return remember(
        `header ${projectId} ${content}`,
        () => findHeader.get(projectId, digestOf(content)),
        () => insertHeader.run(projectId, digestOf(content), ...headerColumns.map(column => values[column])),
      )
    },
    featureId: (projectId, type, name) =>
      remember(
        `feature ${projectId} ${type}\n${name}`,
        () => findFeature.get(projectId, type, name),
        () => insertFeature.run(projectId, type, name),
      ),
    forget: () => cache.clear(),
  }
}

/** The columns that headers had first. Never edited: the digests in every store are made from their values. */
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

/** What a digest is made from. A later column is in it where it has a value, so that older headers keep their digests. */
function contentOf(values: HeaderValues): string {
  const later = headerColumns.filter(column => !firstColumns.includes(column) && values[column] !== null)
  return JSON.stringify([
    ...firstColumns.map(column => values[column]),
    ...later.map(column => [column, values[column]]),
  ])
}

const digestOf = (content: string): Uint8Array => createHash('sha256').update(content).digest().subarray(0, 16)
