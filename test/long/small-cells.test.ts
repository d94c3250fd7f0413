import {reportsGiveNoFewAway} from '../cli/maintain/report/small-cells-contract.ts'

reportsGiveNoFewAway(Array.from({length: 60}, (_, index) => index + 11))
