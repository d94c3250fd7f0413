import {clientIsAProgram, programs} from '../e2e/client-program-contract.ts'

clientIsAProgram(programs.c)
