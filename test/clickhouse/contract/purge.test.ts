import {purgeContract} from '../../collector/store/purge-contract.ts'
import {contractOn} from './contract-on.ts'

contractOn({shards: 1, merges: 'all'}, purgeContract)
