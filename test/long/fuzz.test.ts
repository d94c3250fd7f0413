import assert from 'node:assert/strict'
import {it} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {runningCollector} from '../support/running-collector.ts'
import {fuzz, fuzzedProjects} from './fuzz/fuzz.ts'

it('counts each of 20,000 mutated reports and datagrams, and stays ready', async t => {
  const seed = Date.now() % 1_000_000
  t.diagnostic(`again: npm run fuzz -- --seed ${seed} --reports 20000`)
  const more = ['--parsl', 'parsl', '--mantid', 'mantid', '--trust-proxy', '127.0.0.1', '--log-level', 'error']
  const collector = await runningCollector(t, isolatedHome(t), fuzzedProjects, '127.0.0.1:0', more)
  const {outcomes, stored, lost, peakMegabytes} = await fuzz({seed, indexes: [...Array(20_000).keys()], collector})
  t.diagnostic(`${stored} events stored, ${lost} lost, ${peakMegabytes} MB, ${JSON.stringify([...outcomes])}`)
  assert.ok(stored > 5_000)
})
