import assert from 'node:assert/strict'
import {test} from 'node:test'
import {nameServerError} from '../../../../../src/collector/store/clickhouse/client/server-errors.ts'
import {UsageError} from '../../../../../src/errors.ts'

const steps: readonly [code: string, next: RegExp][] = [
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /NODE_EXTRA_CA_CERTS/],
  ['SELF_SIGNED_CERT_IN_CHAIN', /NODE_EXTRA_CA_CERTS/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /NODE_EXTRA_CA_CERTS/],
  ['CERT_HAS_EXPIRED', /^Renew the certificate/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /^Write a host in --store/],
]

for (const [code, next] of steps)
  test(`it names the step that helps against a certificate with ${code}`, () => {
    const error = nameServerError(Object.assign(new Error('of TLS'), {code}), 'answer', 'clickhouse://host')
    assert.ok(error instanceof UsageError)
    assert.match(error.message, new RegExp(`its certificate is not trusted \\(${code}\\)`))
    assert.match(error.next, next)
  })
