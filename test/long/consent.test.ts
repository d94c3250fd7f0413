import {functionsFollowEveryWord, nothingAfterANo} from '../e2e/consent-contract.ts'

nothingAfterANo('others')
functionsFollowEveryWord('others')
