import assert from 'node:assert/strict'
import {join} from 'node:path'
import {keptDriver} from '../support/client-driver.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {makeProject} from '../support/make-project.ts'
import {needs} from '../support/needs.ts'
import {clientOnDisk} from '../support/python-client.ts'
import {runProgram} from '../support/run-program.ts'
import {itOnce, share} from '../support/share.ts'
import {clientDecides, clientReadsPolicies} from './client-consent-contract.ts'
import {clientRecords, clientSends} from './clients-contract.ts'

for (const [nth, client] of ['python', 'sh'].map(keptDriver).entries()) {
  clientDecides(client, share)
  // Python takes long to start.
  clientReadsPolicies(client, share, client.name === 'Python' ? 8 : 1)
  clientRecords(client, itOnce)
  clientSends(client, nth, itOnce)
}

itOnce('has a client of Python that Python 3.6 can read', needs('python3'), async t => {
  const home = isolatedHome(t)
  const folder = clientOnDisk(home.home, makeProject())
  const check = 'import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 6))'
  const {code, stderr} = await runProgram(home, ['python3', '-c', check, join(folder, 'usage_client.py')])
  assert.deepEqual([code, stderr], [0, ''])
})
