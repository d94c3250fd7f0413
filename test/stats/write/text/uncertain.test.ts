import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {Stats} from '../../../../src/stats/model/model.ts'
import {describeAgents, describeUncertain} from '../../../../src/stats/write/text/uncertain.ts'

test('it says in words who may be no people of their own', () => {
  const exactly = (users: number) => ({users, usersLow: users, usersHigh: users})
  const between = (usersLow: number, usersHigh: number) => ({users: null, usersLow, usersHigh})
  const sentences = describeUncertain({
    uncertainUsers: [
      {kind: 'only-agents', ...exactly(1)},
      {kind: 'only-new-homes', ...between(0, 5)},
      {kind: 'only-agents', ...between(2, 5)},
    ],
  })
  assert.deepEqual(sentences, [
    '1 user was seen only through coding agents.',
    'Up to 5 users were seen only in new homes, for example in containers that start empty. One person may be several of them.',
    '2 to 5 users were seen only through coding agents.',
  ])
})

test('it says which share of the runs coding agents started, from a twentieth on', () => {
  const runsOf = (...agents: readonly (readonly [string | null, number])[]) => {
    const total = agents.reduce((sum, [, runs]) => sum + runs, 0)
    const rows = agents.map(([name, runs]) => ({name, runs})) as unknown as Stats['agents']
    return describeAgents({agents: rows, runs: {total} as unknown as Stats['runs']})
  }
  assert.match(
    runsOf(['codex', 20], ['gemini', 10], [null, 70]) ?? '',
    /^Coding agents started 30 % or more of the runs\./,
  )
  assert.match(runsOf(['codex', 5], [null, 95]) ?? '', /^Coding agents started 5 %/)
  assert.equal(runsOf(['codex', 4], [null, 96]), null)
  assert.equal(runsOf(), null)
  assert.equal(describeAgents({agents: null, runs: null}), null)
})
