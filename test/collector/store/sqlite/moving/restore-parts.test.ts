import {join} from 'node:path'
import {openSqliteEvents} from '../../../../../src/collector/store/sqlite/export.ts'
import {openSqliteSource} from '../../../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {type MakeMovable, movingContract} from '../../moving-contract.ts'

const make: MakeMovable = async t => {
  const directory = join(temporaryDirectory(t), 'data')
  const store = openSqliteStore(directory)
  const source = openSqliteSource(directory)
  t.after(async () => {
    await source.close()
    await store.close()
  })
  return {store, source, events: async () => openSqliteEvents(directory)}
}

// It refuses totals of a time of which the store has data of its own: USAGE_IMPORT_CONFLICT.
movingContract('from SQLite to SQLite', make, make)
