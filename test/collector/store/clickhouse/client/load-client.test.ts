import assert from 'node:assert/strict'
import {it} from 'node:test'
import {loadClient} from '../../../../../src/collector/store/clickhouse/client/load-client.ts'

it('says how to install the client where it is missing', async () => {
  // A package that is in no registry under this name and in no node_modules.
  const missing = () => import('@clickhouse/client-of-nobody' as string)
  await assert.rejects(loadClient(missing), {
    code: 'USAGE_CLICKHOUSE_CLIENT_MISSING',
    next: /npm install @clickhouse\/client/,
  })
})

it('passes on any other failure of the client', async () => {
  const broken = async () => {
    throw new SyntaxError('broken')
  }
  await assert.rejects(loadClient(broken), SyntaxError)
})
