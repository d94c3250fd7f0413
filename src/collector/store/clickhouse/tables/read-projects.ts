import {type ProjectFile, parseProjectFile} from '../../../../protocol/project/project-file.ts'
import type {ClickHouse} from '../client/client.ts'

/** The latest project files that a collector saved, sorted by id. Files of an invalid form are left out. */
export async function readProjects(clickhouse: ClickHouse): Promise<readonly ProjectFile[]> {
  const rows = await clickhouse.ask<{file: string}>(
    'projects',
    `SELECT file FROM ${clickhouse.tableOf('projects')} FINAL ORDER BY project`,
  )
  return rows.flatMap(({file}) => {
    const parsed = parseProjectFile(JSON.parse(file))
    return parsed.ok ? [parsed.value] : []
  })
}
