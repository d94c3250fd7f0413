import {foldContract} from '../../collector/store/fold-contract.ts'
import {pendingContract} from '../../collector/store/pending-contract.ts'
import {readingContract, writingContract} from '../../collector/store/store-contract.ts'
import {contractOn} from './contract-on.ts'

for (const where of [
  {shards: 2, merges: 'none'},
  {shards: 1, merges: 'all'},
] as const)
  contractOn(where, make => {
    writingContract(make)
    readingContract(make)
    foldContract(make)
    pendingContract(make)
  })
