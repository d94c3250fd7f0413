import {peopleAreToldTruly} from './people-worlds.ts'

peopleAreToldTruly([1, 2, 3, 8, 9, 49])
