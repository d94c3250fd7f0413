import {erasureContract} from '../../collector/store/erasure-contract.ts'
import {contractOn} from './contract-on.ts'

contractOn({shards: 2, merges: 'none'}, erasureContract)
