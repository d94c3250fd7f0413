import {UsageError} from '../../../../errors.ts'
import {reach} from '../../../../fault-points.ts'
import type {Store} from '../../store.ts'
import type {ClickHouse} from '../client/client.ts'
import {tables} from '../tables/tables.ts'
import {deleteRows, waitForDisk} from './delete-rows.ts'

/** The tables with rows of a project. The file of the project goes last: until then, another call completes the end. */
const ofProjects = tables
  .filter(({columns}) => columns.some(column => column.startsWith('project ')))
  .map(({name}) => name)
const inOrder = [...ofProjects.filter(name => name !== 'projects' && name !== 'ended_projects'), 'projects']

/** How many rows of a table a project has. */
async function countRows({ask, tableOf}: ClickHouse, table: string, project: string): Promise<number> {
  const sql = `SELECT count() AS count FROM ${tableOf(table)} FINAL WHERE project = {project:String}`
  return (await ask<{count: number}>('rows of a project', sql, {project}))[0]!.count
}

/** Counts the rows of a project. Rejects with a `UsageError` USAGE_PROJECT_UNKNOWN. */
export async function countProject(
  clickhouse: ClickHouse,
  project: string,
): Promise<{readonly runs: number; readonly features: number}> {
  const counts = await Promise.all(inOrder.map(table => countRows(clickhouse, table, project)))
  if (counts.every(rows => rows === 0))
    throw new UsageError('USAGE_PROJECT_UNKNOWN', `the store has no project ${project}`, {
      next: 'Check the id and the store. An erased project needs no second command.',
    })
  const [runs, features] = ['runs', 'features'].map(table => counts[inOrder.indexOf(table)]!) as [number, number]
  return {runs, features}
}

/** Makes the function that ends a project. */
export function createProjectEnder(clickhouse: ClickHouse, onEnded: () => void): Pick<Store, 'endProject'> {
  const {post, tableOf} = clickhouse
  return {
    async endProject({project, receipt, atMs}) {
      const {runs, features} = await countProject(clickhouse, project)
      const columns = ['project', 'receipt', 'ended_at', 'runs', 'features', 'saved']
      await post(tableOf('ended_projects'), columns, [
        JSON.stringify([project, receipt, atMs, runs, features, Date.now()]),
      ])
      for (const table of inOrder) {
        await deleteRows(clickhouse, table, 'project = {project:String}', {project})
        reach('collector: a table of a project deleted')
      }
      onEnded()
      reach('collector: a project deleted')
      await waitForDisk(clickhouse, inOrder)
      return {project, receipt, erasedAt: new Date(atMs).toISOString(), runs, features}
    },
  }
}
