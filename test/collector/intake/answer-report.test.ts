import assert from 'node:assert/strict'
import {it} from 'node:test'
import {answerReport} from '../../../src/collector/intake/answer-report.ts'
import {admitted, batchOf, featureOf, nowMs} from '../samples.ts'

const rejection = (index: number) => ({index, id: null, code: 'feature-undeclared' as const, message: ''})

it('accepts pending events, and rejects those without room in the order of the report', () => {
  const pending = [1, 2, 3].map(number => admitted(featureOf(number, nowMs, {name: 'New.v1'})))
  const batch = batchOf([featureOf(9, nowMs)], {pending})
  const admission = {batch, rejected: [rejection(2)], undeclared: [rejection(0), rejection(1), rejection(3)]}
  const answer = answerReport(admission, ['accepted', 'refused', 'accepted', 'duplicate'])
  assert.deepEqual(answer, {accepted: 2, duplicates: 1, rejected: [rejection(0), rejection(2)], pending: 1})
})
