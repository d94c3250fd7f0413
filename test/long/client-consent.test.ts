import {clientsDecideAsCommands} from '../e2e/client-consent-contract.ts'

clientsDecideAsCommands('others')
