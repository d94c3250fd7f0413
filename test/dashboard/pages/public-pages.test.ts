import assert from 'node:assert/strict'
import {test} from 'node:test'
import {writePublicPage} from '../../../src/dashboard/pages/public-pages.ts'
import type {Stats} from '../../../src/stats/model/model.ts'
import {toPublic} from '../../../src/stats/public/public.ts'
import {sampleProject} from '../../collector/samples.ts'
import {exact, sample, usage} from '../../stats/sample-stats.ts'

const links = {home: null, overview: '/', collected: '/c', json: '/j', month: (month: string) => `/${month}`}

/** A month of 100 users: two small versions, behind which there are so many people together. */
function pageOf(together: number): string {
  const period = {
    ...sample.users.periods[0]!,
    period: '2026-01',
    complete: true,
    value: 100,
    exact: true,
    low: 100,
    high: 100,
  }
  const rows = [
    ['2.0', 95],
    ['1.1', 4],
    ['1.0', 3],
  ] as const
  const versions = rows.map(([version, users]) => ({version, ...usage(users * 10, users)}))
  const runs = {...exact(1_020), periods: [{...period, value: 1_020, low: 1_020, high: 1_020}]}
  const month: Stats = {
    ...{...sample, from: '2026-01-01', to: '2026-01-31', trend: {...sample.trend, complete: true}},
    users: {...sample.users, ...exact(100), periods: [period]},
    hosts: {...sample.hosts, periods: [{...sample.hosts.periods[0]!, value: 40}]},
    fewUsers: [{answer: 'versions', usersLow: together}],
    adoption: [{period: '2026-01', complete: true, versions}],
    ...{runs, versions},
    outcomes: {...sample.outcomes!, periods: [{...sample.outcomes!, period: '2026-01', complete: true}]},
    successRate: {...sample.successRate!, periods: [{...sample.successRate!, period: '2026-01', complete: true}]},
    duration: {...sample.duration!, periods: [{...sample.duration!, period: '2026-01', complete: true}]},
  }
  const figures = toPublic(month)
  return writePublicPage({project: sampleProject(), months: figures, month: figures, links})
}

const versionsOf = (page: string): string => page.split('id="versions-title"')[1]!.split('</section>')[0]!

test('it shows the largest row, and the small ones as one row, if enough people are behind these', () => {
  const table = versionsOf(pageOf(6))
  assert.match(table, /2\.0/)
  assert.match(table, /other \(2\).*?>70</s)
  assert.doesNotMatch(table, /1\.1|1\.0</)
})

test('it shows no version if the small ones are of few people together', () => {
  assert.doesNotMatch(pageOf(4), /id="versions-title"/)
})
