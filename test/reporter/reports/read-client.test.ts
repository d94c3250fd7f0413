import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {describe, it} from 'node:test'
import {readClient} from '../../../src/reporter/reports/read-client.ts'
import {repositoryPath} from '../../support/repository.ts'

describe('the client', () => {
  it('is usage, in the version of the package', () => {
    const {version} = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8'))
    assert.deepEqual(readClient(), {name: 'usage', version})
  })
})
