import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {describe, it} from 'node:test'
import {isNodeTooOld, oldestNode} from '../../../src/reporter/world/node-version.ts'
import {repositoryPath} from '../../support/repository.ts'

describe('the oldest Node.js that records', () => {
  it('is the one that package.json requires', () => {
    const {engines} = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8'))
    assert.equal(engines.node, `>=${oldestNode.join('.')}`)
  })

  it('is compared by number', () => {
    for (const version of ['10.24.1', '20.20.2', '22.9.0', '22.12.99']) assert.equal(isNodeTooOld(version), true)
    for (const version of ['22.13.0', '22.100.0', '24.0.0', '100.0.0']) assert.equal(isNodeTooOld(version), false)
  })
})
