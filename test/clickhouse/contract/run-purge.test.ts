import {runPurgeContract} from '../../collector/store/run-purge-contract.ts'
import {isLong} from '../is-long.ts'
import {contractOn} from './contract-on.ts'

contractOn({shards: 1, merges: 'none'}, make =>
  isLong ? runPurgeContract(make) : runPurgeContract(make, {rotations: ['year'], oneOf: 3}),
)
