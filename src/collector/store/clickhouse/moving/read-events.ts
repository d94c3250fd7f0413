/**
 * Room `moving`: reads and restores everything that a store has of a project, for an export, an import and a person.
 *
 * Rows come as a stream, so memory is bounded, and groups of events share a header. Each shard answers with its own rows.
 * Rows that totals contain already are left out: a purge that was killed may have left them.
 * Read next: `rows.ts`, `read-parts.ts`, `restore-parts.ts`.
 */
import type {Event} from '../../../../protocol/report/event.ts'
import {headerColumns} from '../../../../protocol/report/header-columns.ts'
import type {EventSource, ExportedGroup, RunMark} from '../../store.ts'
import type {ClickHouse} from '../client/client.ts'
import {readBegin, readOthers, readPurges} from './read-parts.ts'
import {
  endOf,
  featureOf,
  type HeaderRow,
  headerOf,
  headerOfRun,
  loneEndOf,
  type RunRow,
  repeatOf,
  runsSql,
  startOf,
} from './rows.ts'

/** Rows that are grouped together. */
const pageRows = 1_000

const columns = headerColumns.join(', ')

/** Reads everything of a project. Does not close the connection. */
export function createEventReader(clickhouse: ClickHouse): Omit<EventSource, 'close'> {
  return {
    begin: project => readBegin(clickhouse, project),
    others: (project, begin) => readOthers(clickhouse, project, begin),
    async *groups(project) {
      const purges = await readPurges(clickhouse, project)
      const since = {
        project,
        runs: purges.runs?.beforeMs ?? Number.MIN_SAFE_INTEGER,
        features: purges.features?.beforeMs ?? Number.MIN_SAFE_INTEGER,
      }
      const {tableOf} = clickhouse
      const runs = `SELECT * FROM (${runsSql(tableOf('runs'))}) WHERE greatest(counted, last_sign) >= {runs:Int64}`
      for await (const rows of inPages(clickhouse.rows<RunRow>('runs', runs, since)))
        yield* group(
          rows.map(row =>
            ofRun(
              row,
              [startOf(row), endOf(row)].filter(event => event !== null),
            ),
          ),
        )
      for await (const rows of inPages(clickhouse.rows<Repeat>('repeats', repeatsSql(tableOf('repeats')), {project})))
        yield* group(await ofRepeats(clickhouse, project, rows))
      const features = `
        SELECT event, run, type, name, at, seconds, timings, count, is_internal, is_clamped, details, ${columns}
        FROM ${tableOf('features')} FINAL WHERE project = {project:String} AND at >= {features:Int64}`
      for await (const rows of inPages(clickhouse.rows<HeaderRow>('features', features, since)))
        yield* group(rows.map(row => ofRow(row, featureOf(row), row['is_clamped'] === 1)))
      const ends = `
        SELECT event, at, seconds, exit_code, signal, fields, ${columns} FROM ${tableOf('lone')} FINAL
        WHERE project = {project:String} AND kind = 'end' AND at >= {runs:Int64}`
      for await (const rows of inPages(clickhouse.rows<HeaderRow>('ends', ends, since)))
        yield* group(rows.map(row => ofRow(row, loneEndOf(row))))
    },
  }
}

/** Collects rows of a stream. */
export async function* inPages<Row>(rows: AsyncIterable<Row>, size = pageRows): AsyncGenerator<readonly Row[]> {
  let page: Row[] = []
  for await (const row of rows) {
    page.push(row)
    if (page.length < size) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

interface Repeat {
  readonly event: string
  readonly run: string
  readonly repeat: number
  readonly at: number
}

const repeatsSql = (table: string): string =>
  `SELECT event, run, repeat, at FROM ${table} FINAL WHERE project = {project:String}`

/** Repeated starts have the header and the content of their run. */
async function ofRepeats(
  clickhouse: ClickHouse,
  project: string,
  repeats: readonly Repeat[],
): Promise<readonly Single[]> {
  const ids = [...new Set(repeats.map(({run}) => run))]
  const sql = runsSql(clickhouse.tableOf('runs'), 'run IN {ids:Array(UUID)}')
  const runs = new Map((await clickhouse.ask<RunRow>('repeated runs', sql, {project, ids})).map(row => [row.run, row]))
  return repeats.flatMap(repeat => {
    const row = runs.get(repeat.run)
    return row === undefined ? [] : [ofRun(row, [repeatOf(row, repeat)])]
  })
}

type Single = ExportedGroup & {readonly key: string}

function ofRun(row: RunRow, events: readonly Event[]): Single {
  const [isOutcomeUntold, isTest] = [row.is_untold === 1, row.is_test === 1]
  const mark: RunMark | null = isOutcomeUntold || isTest ? {isOutcomeUntold, isTest} : null
  return single({header: headerOfRun(row), mark, events, clamped: []})
}

const ofRow = (row: HeaderRow, event: Event, isClamped = false): Single =>
  single({header: headerOf(row), mark: null, events: [event], clamped: isClamped ? [event.id] : []})

const single = (group: ExportedGroup): Single => ({...group, key: JSON.stringify([group.header, group.mark])})

/** Joins events that share a header and a mark. */
function group(singles: readonly Single[]): ExportedGroup[] {
  return [...Map.groupBy(singles, ({key}) => key).values()].flatMap(([first, ...others]) => {
    const {header, mark} = first!
    const all = [first!, ...others]
    const events = all.flatMap(one => one.events)
    return events.length === 0 ? [] : [{header, mark, events, clamped: all.flatMap(one => one.clamped)}]
  })
}
