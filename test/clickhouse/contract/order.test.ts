import {orderContract} from '../../collector/store/order-contract.ts'
import {isLong} from '../is-long.ts'
import {contractOn} from './contract-on.ts'

contractOn({shards: 1, merges: 'none'}, make => orderContract(make, isLong ? 120 : 12))
