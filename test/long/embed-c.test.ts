import {it} from 'node:test'
import {clientInC} from '../e2e/client-consent-contract.ts'
import {clientHolds} from '../e2e/clients-contract.ts'

clientHolds(clientInC, 0, it)
