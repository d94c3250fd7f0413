// Writes reports through a spool into a SQLite store, one after the other, and prints the number of each accepted one.
import {silentLog} from '../../../../src/collector/monitoring/log.ts'
import {openSpooledStore} from '../../../../src/collector/store/spool/spool.ts'
import {openSqliteStore} from '../../../../src/collector/store/sqlite/sqlite.ts'
import {batchOf, featureOf, nowMs} from '../../samples.ts'

const [dataDirectory = '', remote = '', first = '', last = ''] = process.argv.slice(2)
const store = await openSpooledStore({
  dataDirectory,
  openStore: async () => openSqliteStore(remote),
  log: silentLog,
  now: Date.now,
  rules: {shipAfterMs: 1, blockEvents: 3},
})
for (let number = Number(first); number <= Number(last); number++) {
  await store.insert([batchOf([featureOf(number, nowMs)])])
  process.stdout.write(`${number}\n`)
}
await store.close()
