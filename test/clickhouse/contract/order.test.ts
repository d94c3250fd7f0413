import {orderContract} from '../../collector/store/order-contract.ts'
import {contractOn} from './contract-on.ts'

contractOn({shards: 2, merges: 'none'}, orderContract)
