import {peopleAreToldTruly} from '../stats/answer/people-contract.ts'

peopleAreToldTruly(Array.from({length: 200}, (_, index) => index + 7))
