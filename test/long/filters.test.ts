import {answersAgreeWithNaiveOnes} from '../stats/model/filters-contract.ts'

answersAgreeWithNaiveOnes(Array.from({length: 185}, (_, index) => index + 16))
