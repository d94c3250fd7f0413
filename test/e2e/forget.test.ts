import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import type {Report} from '../../src/protocol/report/report.ts'
import {readSent} from '../../src/reporter/destination/sent-log.ts'
import {personHere} from '../support/in-process.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {collectorHere} from '../support/running-collector.ts'
import {makeScene, permissionFor, type Scene} from '../support/scene.ts'

/** Two people who report to one collector: one run each. */
async function twoPeople(t: Parameters<typeof makeScene>[0]) {
  const host = isolatedHome(t)
  const collector = await collectorHere(t, host, [projectOnDisk(host.home, 'http://127.0.0.1:9').project])
  const people = [makeScene(t, collector.http), makeScene(t, collector.http)] as const
  for (const person of people) await use(person)
  return {host, collector, people}
}

async function use(person: Scene): Promise<void> {
  person.recordRun()
  assert.equal((await person.flush()).sent, 3)
}

const reportsOf = ({destination}: Scene): Report[] => readSent(destination.paths.sent).map(({body}) => JSON.parse(body))

/** The pseudonyms of a person and of a script; a host belongs to no person. */
const pseudonymsOf = ({header, events}: Report) => [
  header.user,
  ...events.flatMap(event => (event.type === 'start' ? [event.script] : [])),
]

describe('being forgotten', {concurrency: 2}, () => {
  it('takes everything of one person out of the answers and leaves the other', async t => {
    const {collector, people} = await twoPeople(t)
    const {code, stdout} = await people[0].usage(['forget', '--json'])
    const [{outcome, receipt}] = JSON.parse(stdout).projects
    assert.deepEqual([code, outcome, receipt.runs, receipt.features], [0, 'erased', 1, 1])
    const stats = await collector.stats('demo')
    assert.deepEqual([stats.users.total, stats.runs!.total, stats.features[0]?.count], [1, 1, 1])
  })

  it('begins new ids, which cannot be joined with those from before', async t => {
    const {collector, people} = await twoPeople(t)
    const [person] = people
    await person.usage(['forget'])
    await use(person)
    const [before, after] = reportsOf(person).map(pseudonymsOf)
    for (const ids of [before, after]) assert.equal(ids?.filter(id => id !== null).length, 2)
    assert.deepEqual(
      before?.filter(id => after?.includes(id)),
      [],
    )
    assert.deepEqual((await collector.stats('demo')).users.total, 2)
  })

  it('erases what was sent under every beginning of the year', async t => {
    const {collector, people} = await twoPeople(t)
    const [person] = people
    const today = new Date().toISOString().slice(5, 10)
    const {project} = projectOnDisk(person.home.home, collector.http, {
      identity: {yearBegins: today === '02-29' ? '02-28' : today},
    })
    const later = personHere(
      {...person.home, environment: {...person.home.environment, ...permissionFor(project)}},
      project,
    )
    later.recordRun()
    assert.equal((await later.flush()).sent, 3)
    const [before, after] = reportsOf(person).map(({header}) => header)
    assert.notEqual(before?.user, after?.user)
    assert.notEqual(before?.period, after?.period)
    const {stdout} = await person.usage(['forget', '--json'])
    assert.equal(JSON.parse(stdout).projects[0].receipt.runs, 2)
    assert.equal((await collector.stats('demo')).users.total, 1)
  })

  it('goes before every report when the collector was away, and is asked for once', async t => {
    const {host, collector, people} = await twoPeople(t)
    const [person] = people
    await collector.stop()
    const asked = await person.usage(['forget', '--json'])
    assert.deepEqual([asked.code, JSON.parse(asked.stdout).projects[0].reason], [3, 'offline'])
    person.reporter.start()
    assert.equal((await person.flush()).projects[0]?.reason, 'forget-pending')
    const {project} = projectOnDisk(host.home, collector.http)
    const back = await collectorHere(t, host, [project], {port: Number(new URL(collector.http).port)})
    assert.equal(JSON.parse((await person.usage(['flush', '--json'])).stdout).sent, 1)
    const {forget} = person.status()
    assert.deepEqual([forget?.isPending, forget?.receipt !== null], [false, true])
    const {users, runs, outcomes} = await back.stats('demo')
    assert.deepEqual([users.total, runs!.total, outcomes!.ok], [2, 2, 1])
  })
})
