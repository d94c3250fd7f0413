import {tables} from '../../../src/collector/store/clickhouse/tables/tables.ts'
import type {Cluster} from './start-cluster.ts'

/**
 * Keeps the parts of a store's tables as they were inserted: nothing is merged in the background. Deletions still work,
 * which `SYSTEM STOP MERGES` stops, too; and that stops nothing of tables that are made after it. Parts that a deletion
 * replaced leave the disk a second sooner.
 */
export async function keepParts(cluster: Pick<Cluster, 'sqlEverywhere'>, database: string): Promise<void> {
  await Promise.all(
    tables.map(({name}) =>
      cluster.sqlEverywhere(
        `ALTER TABLE ${database}.${name} MODIFY SETTING
         max_bytes_to_merge_at_max_space_in_pool = 1, old_parts_lifetime = 0`,
      ),
    ),
  )
}
