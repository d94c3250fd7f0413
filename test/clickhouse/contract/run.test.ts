import {runContract} from '../../collector/store/run-contract.ts'
import {contractOn} from './contract-on.ts'

for (const where of [
  {shards: 2, merges: 'none'},
  {shards: 1, merges: 'all'},
] as const)
  contractOn(where, runContract)
