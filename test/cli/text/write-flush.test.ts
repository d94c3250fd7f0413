import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {writeTime} from '../../../src/cli/output/write-time.ts'
import {writeFlush} from '../../../src/cli/text/write-flush.ts'
import type {DestinationFlush} from '../../../src/reporter/person/flush.ts'
import {plainPaint} from '../../../src/stats/write/text/paint.ts'

const idle: DestinationFlush = {
  project: 'demo',
  sent: 0,
  duplicates: 0,
  refused: 0,
  dropped: 0,
  kept: 0,
  reason: null,
  nextTryAt: null,
  isUndelivered: false,
}

function write(...changes: Partial<DestinationFlush>[]): string {
  const projects = changes.map(change => ({...idle, ...change}))
  return writeFlush({sent: 0, duplicates: 0, refused: 0, kept: 0, dropped: 0, projects}, plainPaint)
}

describe('what a flush says to a person', () => {
  it('says that nothing is here, or that nothing waits', () => {
    assert.equal(write(), 'No events are waiting.')
    assert.equal(write({}), 'demo: no events are waiting')
  })

  it('names every number that is not zero', () => {
    assert.equal(
      write({sent: 5, duplicates: 2, kept: 1, refused: 3, dropped: 4}),
      'demo: 5 sent, 2 of them already received, 1 kept, 3 refused, 4 dropped',
    )
  })

  it('says why something is kept and when it is tried again', () => {
    const nextTryAt = '2026-01-01T00:00:00.000Z'
    assert.equal(
      write({kept: 1, reason: 'offline', nextTryAt}),
      `demo: 0 sent, 1 kept\n  The collector could not be reached.\n  Next try at ${writeTime(nextTryAt)}.`,
    )
  })
})
