import {answersAgreeWithNaiveOnes} from '../stats/model/filters-contract.ts'

answersAgreeWithNaiveOnes(Array.from({length: 160}, (_, index) => index + 41))
