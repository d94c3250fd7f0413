import {clientIsAProgram, programs} from './client-program-contract.ts'

clientIsAProgram(programs.python)
clientIsAProgram(programs.sh)
