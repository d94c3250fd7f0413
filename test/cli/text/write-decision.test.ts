import assert from 'node:assert/strict'
import {it} from 'node:test'
import {writeOptIn} from '../../../src/cli/text/write-decision.ts'
import type {Consent} from '../../../src/reporter/consent/consent.ts'

const on: Consent = {
  allowed: true,
  reason: 'allowed',
  decidedBy: null,
  text: null,
  sending: true,
  needsNotice: false,
  heldBy: null,
}
const elsewhere: Consent = {...on, allowed: false, reason: 'site-policy', text: 'Events of heat go elsewhere.'}

const write = (...consents: Consent[]): string => {
  const projects = consents.map(consent => ({project: 'heat', consent}))
  return writeOptIn({project: 'heat', noToAll: null, machine: on, projects, onlyKnown: null})
}

it('does not call a project off after an opt-in, where only a former place is', () => {
  const expected = 'Opted in to heat.\n  heat: Recording and sending are on.\n  To opt out: usage optout heat'
  assert.equal(write(elsewhere, on), expected)
  assert.equal(write(on, on), expected)
  assert.match(write(elsewhere), /recording is still off.*\n {2}heat: .*go elsewhere/)
})
