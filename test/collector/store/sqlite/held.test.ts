import assert from 'node:assert/strict'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {describe, it, type TestContext} from 'node:test'
import {openSqliteHeld} from '../../../../src/collector/store/sqlite/held.ts'
import {openSqliteStore} from '../../../../src/collector/store/sqlite/sqlite.ts'
import type {Batch} from '../../../../src/collector/store/store.ts'
import type {AccessRecord} from '../../../../src/protocol/report/access.ts'
import {limits} from '../../../../src/protocol/values/limits.ts'
import {temporaryDirectory} from '../../../support/temporary-directory.ts'
import {
  admitted,
  batchOf,
  dayMs,
  endOf,
  featureOf,
  nowMs,
  pseudonym,
  sampleHeader,
  sampleProject,
  startOf,
  uuid,
} from '../../samples.ts'

const [ann, bob] = [pseudonym('ann'), pseudonym('bob')]
const of = (user: string, run: number): Batch =>
  batchOf(
    [
      startOf(run, nowMs - dayMs),
      startOf(run, nowMs, {id: uuid('t', run), repeat: 1}),
      featureOf(run, nowMs, {run: uuid('r', run)}),
      endOf(run, nowMs, {run: null}),
    ],
    {header: sampleHeader({user, version: String(run % 3)})},
  )

async function storeOf(t: TestContext, batches: readonly Batch[]) {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  await store.insert(batches)
  return {directory, store}
}

/** All records of a person, and how many pages they take. */
async function readAll(t: TestContext, directory: string, user: string, pieceRows?: number) {
  const source = openSqliteHeld(directory, pieceRows)
  t.after(() => source.close())
  const records: AccessRecord[] = []
  let pages = 0
  for (let cursor: string | null = null; pages === 0 || cursor !== null; pages++) {
    const page = await source.held({project: 'parsl', user, cursor})
    records.push(...page.groups.flatMap(group => group.records))
    cursor = page.next
  }
  return {records, pages}
}

/** Where an answer shows each column of the tables with data of people. Null: see the reason. */
const shown: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  runs: {
    run: 'run',
    // The header of the group.
    header: null,
    // Which event the header is from: it decides which values are shown.
    header_rank: null,
    start_event: 'start.id',
    started_at: 'start.time',
    script: 'start.script',
    start_fields: 'start.fields',
    end_event: 'end.id',
    ended_at: 'end.time',
    duration_seconds: 'end.durationSeconds',
    exit_code: 'end.exitCode',
    signal: 'end.signal',
    end_fields: 'end.fields',
    first_sign_at: 'firstSignAt',
    last_sign_at: 'lastSignAt',
    is_clamped: 'isClamped',
    is_outcome_untold: 'isOutcomeUntold',
    is_test: 'isTest',
  },
  repeats: {event: 'event.id', run: 'event.run', repeat: 'event.repeat', repeated_at: 'event.time'},
  features: {
    event: 'event.id',
    run: 'event.run',
    feature: 'event.name',
    header: null,
    used_at: 'event.time',
    duration_seconds: 'event.durationSeconds',
    count: 'event.count',
    is_internal: 'event.internal',
    is_clamped: 'isClamped',
    details: 'event.details',
    // Shown as event.timings where an event has several durations.
    timed: null,
    timings: null,
  },
  unpaired_ends: {
    event: 'event.id',
    header: null,
    ended_at: 'event.time',
    duration_seconds: 'event.durationSeconds',
    exit_code: 'event.exitCode',
    signal: 'event.signal',
    fields: 'event.fields',
  },
  pending_events: {
    event: 'event.id',
    run: 'event.run',
    header: null,
    received_at: 'receivedAt',
    is_stored: 'isStored',
    content: 'event',
  },
  presences: {used_at: 'usedAt', header: null},
}

const valueAt = (record: unknown, path: string): unknown =>
  path.split('.').reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], record)

const idOf = (record: AccessRecord): string =>
  record.kind === 'run' ? record.run : record.kind === 'day' ? record.usedAt : record.event.id

describe('what a store holds under a pseudonym', () => {
  for (const pieceRows of [1, 2, 7, 1000])
    it(`is read completely and once in pieces of ${pieceRows} rows, among the rows of another person`, async t => {
      const batches = Array.from({length: 20}, (_, run) => of(run % 4 === 0 ? bob : ann, run))
      const {directory} = await storeOf(t, batches)
      const {records, pages} = await readAll(t, directory, bob, pieceRows)
      const runs = [0, 4, 8, 12, 16]
      assert.deepEqual(
        records.map(idOf).sort(),
        ['e', 'f', 'r', 't'].flatMap(kind => runs.map(run => uuid(kind, run))).sort(),
      )
      assert.equal(pages, 1)
    })

  it('is every column of every table with data of people', async t => {
    const {directory, store} = await storeOf(t, [
      of(bob, 1),
      batchOf([featureOf(9, nowMs - 400 * dayMs)], {
        header: sampleHeader({user: bob}),
        pending: [admitted(featureOf(8, nowMs, {name: 'New.v1'}))],
      }),
    ])
    await store.purgeFeatures(sampleProject(), new Date(nowMs - 400 * dayMs).toISOString().slice(0, 7), false)
    const {records} = await readAll(t, directory, bob)
    const kinds = {
      runs: 'run',
      repeats: 'repeat',
      features: 'feature',
      unpaired_ends: 'end',
      pending_events: 'pending',
      presences: 'day',
    }
    const database = new DatabaseSync(join(directory, 'usage.sqlite'), {readOnly: true})
    t.after(() => database.close())
    for (const [table, kind] of Object.entries(kinds)) {
      const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).all()
      const names = columns.map(({name}) => String(name)).filter(name => name !== 'project')
      assert.deepEqual(
        names.sort(),
        Object.keys(shown[table]!).sort(),
        `decide in src/collector/store/sqlite/held.ts: ${table}`,
      )
      const record = records.find(one => one.kind === kind)
      for (const path of Object.values(shown[table]!))
        if (path !== null && !(kind === 'run' && path.startsWith('end.')))
          assert.notEqual(valueAt(record, path), undefined, `${table}: ${path}`)
    }
  })

  it('is read in pages of at most a megabyte and one record', async t => {
    const text = 'x'.repeat(256)
    const details = Object.fromEntries(Array.from({length: 28}, (_, index) => [`detail${index}`, text]))
    const count = 300
    const events = Array.from({length: count}, (_, number) => featureOf(number, nowMs, {details}))
    const {directory} = await storeOf(t, [batchOf(events, {header: sampleHeader({user: bob})})])
    const {records, pages} = await readAll(t, directory, bob)
    const bytes = Buffer.byteLength(JSON.stringify(records))
    assert.equal(new Set(records.map(idOf)).size, count)
    assert.equal(pages, Math.ceil(bytes / (limits.maxAccessPageBytes + bytes / count)))
  })

  it('is empty for an unknown project and an unknown pseudonym, and after an erasure between two pages', async t => {
    const {directory, store} = await storeOf(t, [
      batchOf(
        Array.from({length: limits.maxAccessRecords + 1}, (_, run) => startOf(run, nowMs)),
        {header: sampleHeader({user: bob})},
      ),
    ])
    const source = openSqliteHeld(directory)
    t.after(() => source.close())
    const nothing = {groups: [], next: null}
    for (const question of [
      {project: 'other', user: bob, cursor: null},
      {project: 'parsl', user: ann, cursor: null},
    ]) {
      const {groups, next} = await source.held(question)
      assert.deepEqual({groups, next}, nothing)
    }
    const {next: cursor} = await source.held({project: 'parsl', user: bob, cursor: null})
    assert.notEqual(cursor, null)
    await store.erase({project: 'parsl', receipt: uuid('q', 1), users: [bob], receivedAtMs: nowMs})
    const {groups, next} = await source.held({project: 'parsl', user: bob, cursor})
    assert.deepEqual({groups, next}, nothing)
  })
})
