import {runPurgeContract} from '../../collector/store/run-purge-contract.ts'
import {contractOn} from './contract-on.ts'

contractOn({shards: 1, merges: 'none'}, make => runPurgeContract(make, ['year']))
