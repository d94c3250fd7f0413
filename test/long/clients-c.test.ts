import {it} from 'node:test'
import {clientDoesWhatItClaims} from '../e2e/client-abilities-contract.ts'
import {clientDecides, clientKeepsConsent, clientReadsPolicies} from '../e2e/client-consent-contract.ts'
import {clientRecords, clientSends} from '../e2e/clients-contract.ts'
import {keptDriver} from '../support/client-driver.ts'

for (const name of ['c', 'c-functions']) {
  const driver = keptDriver(name)
  clientKeepsConsent(driver)
  clientDoesWhatItClaims(driver)
  clientDecides(driver, 'all')
  clientReadsPolicies(driver, 'all')
  clientRecords(driver, it)
  clientSends(driver, 0, it)
}
