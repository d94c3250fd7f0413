import {tables} from '../../../src/collector/store/clickhouse/tables/tables.ts'
import type {Cluster} from './start-cluster.ts'

/**
 * Keeps the parts of a store's tables as they were inserted: nothing is merged in the background. Deletions still work,
 * which `SYSTEM STOP MERGES` stops, too; and that stops nothing of tables that are made after it.
 */
export async function keepParts(cluster: Pick<Cluster, 'sqlEverywhere'>, database: string): Promise<void> {
  for (const {name} of tables)
    await cluster.sqlEverywhere(
      `ALTER TABLE ${database}.${name} MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1`,
    )
}
