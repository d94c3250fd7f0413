import assert from 'node:assert/strict'
import {it} from 'node:test'
import {compareVersions, upgradesOf} from '../../../src/stats/answer/upgrades.ts'
import type {StatsFacts, StatsQuestion, VersionUsers} from '../../../src/stats/model/source.ts'
import {dayMs} from '../../../src/stats/model/span.ts'

const fromMs = Date.UTC(2026, 7, 1)
const month = {fromMs: Date.UTC(2026, 9, 1), toMs: Date.UTC(2026, 10, 1)}
const question = {
  range: {fromMs, toMs: Date.UTC(2026, 10, 7)},
  rotation: [{fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2027, 0, 1), period: '2026-01-01'}],
  versionUsers: {month, weeks: {fromMs, toMs: fromMs + 14 * 7 * dayMs}},
} as unknown as StatsQuestion
const row = (place: number, versions: (string | null)[], users: number): VersionUsers => ({place, versions, users})

const factsOf = (versionUsers: VersionUsers[], runsSinceMs: number | null = null): StatsFacts =>
  ({
    versionUsers,
    named: {version: ['2.9', '2.10', null].map(name => ({name}))},
    firstRuns: [
      {version: '2.9', atMs: fromMs - dayMs},
      {version: '2.10', atMs: fromMs + 9 * dayMs + 5},
    ],
    sinceMs: fromMs - 300 * dayMs,
    quality: {runsSinceMs},
  }) as unknown as StatsFacts

it('shows who still uses a version, also together with a newer one, and who uses no newer one', () => {
  const users = [row(-1, ['2.9'], 2), row(-1, ['2.9', '2.10'], 3), row(-1, ['2.10'], 4), row(-1, [null], 1)]
  const {versions, ...all} = upgradesOf(question, factsOf(users))!
  assert.deepEqual(all, {month: '2026-10', users: 10})
  assert.deepEqual(
    versions.map(one => [one.version, one.users, one.share, one.usersUpTo, one.shareUpTo, one.firstDay]),
    [
      ['2.10', 7, 0.7, 9, 0.9, '2026-08-10'],
      ['2.9', 5, 0.5, 2, 0.2, null],
    ],
  )
})

it('shows the days until half of the users of a week ran a version or a newer one', () => {
  const before = [row(0, ['2.9'], 20), row(1, ['2.9'], 20), row(1, ['2.10'], 4), row(2, ['2.10'], 2)]
  const half = [row(3, ['2.9'], 6), row(3, ['2.9', '2.10'], 3), row(3, ['2.10'], 3), row(3, [null], 50)]
  const daysOf = (facts: StatsFacts): (number | null)[] =>
    upgradesOf(question, facts)!.versions.map(one => one.halfAfterDays)
  assert.deepEqual(daysOf(factsOf([...before, ...half])), [28 - 9, null])
  assert.deepEqual(daysOf(factsOf(before)), [null, null])
})

it('is unknown for purged runs, where pseudonyms change within the month, and without a full month', () => {
  const users = [row(-1, ['2.9'], 9)]
  assert.equal(upgradesOf(question, factsOf(users, month.toMs))!.users, null)
  const rotation = [{...question.rotation[0]!, fromMs: month.fromMs + dayMs}]
  assert.equal(upgradesOf({...question, rotation}, factsOf(users))!.versions[0]!.share, null)
  const spans = {...question.versionUsers!, month: null}
  assert.equal(upgradesOf({...question, versionUsers: spans}, factsOf([]))!.month, null)
  assert.equal(upgradesOf({...question, versionUsers: null}, factsOf([])), null)
})

it('is unknown for a version that appeared before the weeks that are looked at', () => {
  const late = {...question, range: {...question.range, fromMs: fromMs - 30 * dayMs}}
  const daysOf = (daysBefore: number): number | null | undefined => {
    const firstRuns = [{version: '2.10', atMs: fromMs - daysBefore * dayMs}]
    return upgradesOf(late, {...factsOf([row(0, ['2.10'], 9)]), firstRuns})!.versions[0]?.halfAfterDays
  }
  assert.equal(daysOf(6), 13)
  assert.equal(daysOf(7), null)
})

it('compares versions by their numbers', () => {
  assert.deepEqual(['2.10', '2.9', '10.0', '2.9.1'].sort(compareVersions), ['2.9', '2.9.1', '2.10', '10.0'])
})

it('sorts a pre-release before its release, and a later build after it', () => {
  const sorted = [
    ...['1.9', '2.0.0.dev1', '2.0.0a3', '2.0.0-alpha.2', '2.0.0-beta', '2.0.0rc1', '2.0.0-RC2', '2.0.0-rc10'],
    ...['2.0.0', '2.0.0-1', '2.0.0.1', '2.0.0.post1', '2.0.0+local', '2.0.0a', '2.0.1-rc1', '2.0.1'],
  ]
  for (const [index, newer] of sorted.entries())
    for (const older of sorted.slice(0, index)) assert(compareVersions(older, newer) < 0, `${older} < ${newer}`)
})
