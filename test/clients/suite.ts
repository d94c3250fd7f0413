/** The suite for a client: `npm run test:client -- driver.json`. See docs/clients.md. */
import {resolve} from 'node:path'
import {clientDoesWhatItClaims} from '../e2e/client-abilities-contract.ts'
import {clientDecides, clientKeepsConsent, clientReadsPolicies} from '../e2e/client-consent-contract.ts'
import {clientRecords, clientSends} from '../e2e/clients-contract.ts'
import {abilities, readDriver} from '../support/client-driver.ts'
import {itOnce} from '../support/share.ts'

const path = process.argv[2]
if (path === undefined) throw new Error('Usage: npm run test:client -- driver.json')
// npm starts this in the folder of the repository, and keeps the folder of the caller.
const driver = readDriver(resolve(process.env['INIT_CWD'] ?? '', path))
clientDecides(driver, 'all')
clientReadsPolicies(driver, 'all')
clientKeepsConsent(driver)
clientRecords(driver, itOnce)
clientDoesWhatItClaims(driver)
clientSends(driver, 0, itOnce)
for (const [key, meaning] of Object.entries(abilities))
  if (driver[key as keyof typeof abilities] === undefined) console.log(`not claimed  ${meaning} (${key})`)
