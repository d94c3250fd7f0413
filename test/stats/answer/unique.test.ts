import {peopleAreToldTruly} from './people-contract.ts'

peopleAreToldTruly([1, 2, 3, 8, 9, 49])
