import {peopleAreToldTruly} from '../stats/people-worlds.ts'

peopleAreToldTruly(Array.from({length: 200}, (_, index) => index + 7))
