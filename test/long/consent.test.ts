import {functionsFollowEveryWord, nothingAfterANo, silentRanksRecordNothing} from '../e2e/consent-contract.ts'

nothingAfterANo('others')
functionsFollowEveryWord('others')
silentRanksRecordNothing()
