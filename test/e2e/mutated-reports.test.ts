import assert from 'node:assert/strict'
import {it} from 'node:test'
import {fuzzHere} from '../long/fuzz/shrink.ts'

it('counts each of 300 mutated reports and datagrams, and stays ready', async t => {
  const seed = Date.now() % 1_000_000
  t.diagnostic(`again: npm run fuzz -- --seed ${seed} --reports 300`)
  const {stored} = await fuzzHere(t, seed, [...Array(300).keys()])
  assert.ok(stored > 30)
})
