import {clientsDecideAsCommands, clientsReadEveryPolicy} from '../e2e/client-consent-contract.ts'

clientsDecideAsCommands('others')
clientsReadEveryPolicy('others')
