import {formatDay} from '../../../../stats/model/period.ts'
import type {Store} from '../../store.ts'
import type {ClickHouse} from '../client/client.ts'
import {noId} from '../tables/columns.ts'
import {measureStore} from '../tables/measure-store.ts'
import {noProject} from './counters.ts'

/** Makes the functions that keep the store in order. The servers do the rest: they merge in the background. */
export function createUpkeep(clickhouse: ClickHouse): Pick<Store, 'probe' | 'maintain' | 'newestMs'> {
  const sizes = clickhouse.tableOf('sizes')
  return {
    async probe() {
      // Always the same row, and each shard writes it.
      const row = JSON.stringify([noProject, '1970-01-01', 'probe', noId, 0])
      const columns = ['project', 'day', 'counter', 'block', 'count']
      await Promise.all(clickhouse.shards.map(shard => shard.post('quality', columns, [row])))
    },
    async maintain(nowMs) {
      const day = formatDay(nowMs)
      const known = await clickhouse.ask('size', `SELECT 1 FROM ${sizes} WHERE day = {day:String} LIMIT 1`, {day})
      if (known.length > 0) return
      const {storeBytes} = await measureStore(clickhouse)
      await clickhouse.post(sizes, ['day', 'bytes', 'saved'], [JSON.stringify([day, storeBytes, Date.now()])])
    },
    async newestMs() {
      const [row] = await clickhouse.ask<{day: string}>('newest', `SELECT max(day) AS day FROM ${sizes}`)
      return row === undefined || row.day === '' ? null : Date.parse(row.day)
    },
  }
}
