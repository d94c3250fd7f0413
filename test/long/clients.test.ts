import {it} from 'node:test'
import {clientDoesWhatItClaims} from '../e2e/client-abilities-contract.ts'
import {clientDecides, clientKeepsConsent, clientReadsPolicies} from '../e2e/client-consent-contract.ts'
import {clientRecords, clientSends} from '../e2e/clients-contract.ts'
import {keptDriver} from '../support/client-driver.ts'
import {clientShells} from '../support/sh-client.ts'

for (const name of ['commands', 'functions', 'sh', 'python']) {
  const driver = keptDriver(name)
  clientKeepsConsent(driver)
  clientDoesWhatItClaims(driver)
  // The tests of Python and sh have the rest: test/e2e/both-clients.test.ts, in two parts.
  if (name === 'python' || name === 'sh') continue
  clientDecides(driver, 'all')
  clientReadsPolicies(driver, 'all')
  clientRecords(driver, it)
  clientSends(driver, 0, it)
}

for (const {name, command} of clientShells) {
  const driver = keptDriver('sh')
  const consent = driver.consent?.replace(/^sh/, command.join(' ')) ?? ''
  clientReadsPolicies({...driver, name: `sh in ${name}`, tools: [command[0]], consent}, 'others')
}
