import {join} from 'node:path'
import {openSqliteSource} from '../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import type {MakeStore} from '../collector/store/contract-parts.ts'
import {purgeContract} from '../collector/store/purge-contract.ts'
import {runPurgeContract} from '../collector/store/run-purge-contract.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'

const make: MakeStore = async t => {
  const directory = join(temporaryDirectory(t), 'data')
  const [store, source] = [openSqliteStore(directory), openSqliteSource(directory)]
  t.after(() => Promise.all([source.close(), store.close()]))
  return {store, source, knows: {duplicates: true}}
}

purgeContract(make)
runPurgeContract(make)
