import {endContract} from '../../collector/store/end-contract.ts'
import {contractOn} from './contract-on.ts'

contractOn({shards: 1, merges: 'none'}, endContract)
