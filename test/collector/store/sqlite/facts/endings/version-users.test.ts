import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {RunColumns} from '../../../../../../src/collector/store/sqlite/columns/columns.ts'
import type {KnownHeaders} from '../../../../../../src/collector/store/sqlite/columns/headers.ts'
import type {Runs} from '../../../../../../src/collector/store/sqlite/facts/count-runs.ts'
import {countVersionUsers} from '../../../../../../src/collector/store/sqlite/facts/endings/version-users.ts'
import {dayMs} from '../../../../../../src/stats/model/span.ts'

const month = {fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 1, 1)}

/** Runs of January, one in each second, each with its user and its version. */
function runsOf(rows: readonly (readonly [user: number, version: number])[]): Runs {
  const column = (place: 0 | 1): Int32Array => Int32Array.from(rows, row => row[place])
  const length = Math.max(...column(1)) + 1
  const headers = {
    users: Math.max(...column(0)) + 1,
    user: column(0),
    name: {version: column(1)},
    names: {version: Array.from({length}, (_, version) => `v${version}`)},
  }
  const columns = {
    at: Uint32Array.from(rows, (_, second) => second * 1000),
    header: Int32Array.from(rows, (_, header) => header),
  }
  return {
    months: [{fromMs: month.fromMs, columns: () => columns as RunColumns}],
    headers: headers as unknown as KnownHeaders,
    chosen: null,
  } as unknown as Runs
}

const weeks = {fromMs: month.fromMs, toMs: month.fromMs + 7 * dayMs}

test('it counts the users of each set of versions, in any order', () => {
  const runs = runsOf([
    [0, 1],
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [2, 1],
    [-1, 0],
    [3, 1],
    [0, 0],
  ])
  const found = countVersionUsers(runs, {month, weeks})
  const counts = [
    {versions: ['v0', 'v1'], users: 2},
    {versions: ['v1'], users: 2},
  ]
  assert.deepEqual(found, [...counts.map(one => ({place: -1, ...one})), ...counts.map(one => ({place: 0, ...one}))])
})

test('it is quick for people who run very many versions, each in another order', () => {
  const [users, versions] = [20, 1500]
  const runs = runsOf(
    Array.from({length: users * versions}, (_, row) => {
      const user = row % users
      return [user, (Math.floor(row / users) * (2 * user + 7)) % versions] as const
    }),
  )
  const before = process.cpuUsage()
  const found = countVersionUsers(runs, {month, weeks: {fromMs: month.toMs, toMs: month.toMs}})
  const seconds = process.cpuUsage(before).user / 1e6
  assert.equal(
    found.reduce((sum, one) => sum + one.users, 0),
    users,
  )
  assert.ok(seconds < 0.5, `${seconds} seconds`)
})
