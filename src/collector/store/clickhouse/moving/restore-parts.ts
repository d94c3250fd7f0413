import {UsageError} from '../../../../errors.ts'
import type {Header} from '../../../../protocol/report/header.ts'
import {headerColumns, valuesOfHeader} from '../../../../protocol/report/header-columns.ts'
import type {FeatureTotal, OtherPart, PartOf} from '../../parts.ts'
import type {Store} from '../../store.ts'
import {spanOf} from '../../totals/span-of.ts'
import type {ClickHouse} from '../client/client.ts'
import {versionOf} from '../tables/columns.ts'
import {createCounters, idOf, noProject} from '../write/counters.ts'
import {pendingColumns} from '../write/pending-rows.ts'
import {idMs} from '../write/rows.ts'
import {readPurges} from './read-parts.ts'

export const presenceColumns = [
  'project',
  'event_ms',
  'event',
  'kind',
  'at',
  ...headerColumns,
  'received',
  'row_version',
]

/** The row of a day on which a person used a feature without a run. The same day of a header has the same key. */
export function presenceRow(project: string, header: readonly (string | null)[], at: number): string {
  const event = idOf(JSON.stringify([project, at, header]))
  return JSON.stringify([project, at, event, 'presence', at, ...header, at, versionOf(Math.max(0, at))])
}

export const headerValues = (header: Header): readonly (string | null)[] => {
  const values = valuesOfHeader(header)
  return headerColumns.map(column => values[column])
}

/** Makes the function that restores parts. Every row has the key that it had, so restoring it again changes nothing. */
export function createRestorer(clickhouse: ClickHouse, onRestored: () => void): Pick<Store, 'restore'> {
  /** Projects of which an import has begun. */
  const begun = new Set<string>()
  return {
    async restore(project, part) {
      if (part.part === 'begin') return begin(clickhouse, project, part)
      if (!begun.has(project)) await requireBegun(clickhouse, project, part)
      begun.add(project)
      await (restorers[part.part] as (...of: [ClickHouse, string, OtherPart]) => Promise<void>)(
        clickhouse,
        project,
        part,
      )
      if (part.part === 'end' || part.part === 'pending') onRestored()
    },
  }
}

async function begin(clickhouse: ClickHouse, project: string, {store, runs, features}: PartOf<'begin'>): Promise<void> {
  if (await isBegun(clickhouse, project, store)) return
  const {tableOf} = clickhouse
  const own = await readPurges(clickhouse, project)
  const has = async (tables: readonly string[], before: number): Promise<boolean> => {
    const some = tables.map(
      table => `SELECT 1 FROM ${tableOf(table)} WHERE project = {project:String}
        AND ${table === 'runs' ? 'first_sign' : 'at'} < {before:Int64} LIMIT 1`,
    )
    return (await clickhouse.ask('own data', some.join(' UNION ALL '), {project, before})).length > 0
  }
  for (const [purge, purged, tables] of [
    [runs, own.runs, ['runs', 'lone']],
    [features, own.features, ['features']],
  ] as const)
    if (purge !== null && (purged !== null || (await has(tables, purge.beforeMs)))) throw conflict(purge.beforeMs)
  await clickhouse.post(
    tableOf('imported_stores'),
    ['project', 'store', 'saved'],
    [JSON.stringify([project, store, Date.now()])],
  )
}

const conflict = (beforeMs: number): UsageError =>
  new UsageError(
    'USAGE_IMPORT_CONFLICT',
    `the store has data of its own before ${new Date(beforeMs).toISOString().slice(0, 10)}, where the export has only totals`,
  )

async function isBegun({ask, tableOf}: ClickHouse, project: string, store: string | null): Promise<boolean> {
  const rows = await ask(
    'imported stores',
    `SELECT 1 FROM ${tableOf('imported_stores')} WHERE project = {project:String}
     AND ({store:Nullable(String)} IS NULL OR store = {store:Nullable(String)}) LIMIT 1`,
    {project, store},
  )
  return rows.length > 0
}

async function requireBegun(clickhouse: ClickHouse, project: string, part: OtherPart): Promise<void> {
  if (await isBegun(clickhouse, project, 'store' in part ? part.store : null)) return
  throw new UsageError('USAGE_IMPORT_UNREADABLE', 'an export must begin with its first line')
}

type Restore<Kind extends OtherPart['part']> = (
  clickhouse: ClickHouse,
  project: string,
  part: PartOf<Kind>,
) => Promise<void>

const restorers: {readonly [Kind in OtherPart['part']]: Restore<Kind>} = {
  async runs({post, tableOf}, project, part) {
    const values = headerValues(part.header)
    const rows = part.runs.map(({run, rank, firstSignMs, lastSignMs, isClamped, isOutcomeUntold, isTest}) =>
      JSON.stringify([
        ...[project, idMs(run), run, [rank, firstSignMs, firstSignMs, ...values], firstSignMs, lastSignMs],
        ...[Number(isClamped), Number(isOutcomeUntold), Number(isTest), lastSignMs],
      ]),
    )
    const columns = ['project', 'run_ms', 'run', 'header', 'first_sign', 'last_sign']
    await post(tableOf('runs'), [...columns, 'is_clamped', 'is_untold', 'is_test', 'received'], rows)
  },
  async days({post, tableOf}, project, {header, usedMs}) {
    const values = headerValues(header)
    await post(
      tableOf('lone'),
      presenceColumns,
      usedMs.map(at => presenceRow(project, values, at)),
    )
  },
  async pending({post, tableOf}, project, {header, events}) {
    const values = headerValues(header)
    const rows = events.map(({event, timeMs, isClamped, isStored, receivedMs}) =>
      JSON.stringify([
        ...[project, event.id, event.run, Number(isStored), receivedMs, ...values],
        ...[JSON.stringify({event, timeMs, isClamped}), versionOf(receivedMs)],
      ]),
    )
    await post(tableOf('pending_events'), pendingColumns, rows)
  },
  async counters(clickhouse, project, {store, of, counters}) {
    // The id of the store is that of the block, so a later export replaces the counts of an earlier one.
    const block = idOf(store)
    if (of === 'erased') {
      const rows = counters.map(([month, kind, count]) =>
        JSON.stringify([project, month, kind, block, count, Date.now()]),
      )
      const columns = ['project', 'month', 'kind', 'receipt', 'count', 'saved']
      return clickhouse.post(clickhouse.tableOf('erased'), columns, rows)
    }
    const counted = createCounters(clickhouse)
    for (const [day, name, count] of counters)
      counted.add(of === 'store' ? noProject : project, Date.parse(day), {[name]: count}, block)
    return counted.post()
  },
  async 'run-totals'(clickhouse, project, {span, facts}) {
    const {runs} = await readPurges(clickhouse, project)
    // Answers use the totals of this span: they stay as they are.
    if ((runs?.beforeMs ?? Number.NEGATIVE_INFINITY) >= spanOf(span).to) return
    const row = JSON.stringify([project, span, JSON.stringify(facts), Date.now()])
    await clickhouse.post(clickhouse.tableOf('run_totals'), ['project', 'span', 'facts', 'saved'], [row])
  },
  async 'feature-totals'(clickhouse, project, {span, totals}) {
    const {features} = await readPurges(clickhouse, project)
    if ((features?.beforeMs ?? Number.NEGATIVE_INFINITY) >= spanOf(span).to) return
    await postFeatureTotals(clickhouse, project, span, totals)
  },
  async end(clickhouse, project, {runs, features}) {
    const own = await readPurges(clickhouse, project)
    if (runs !== null) await postPurge(clickhouse, project, 'runs', runs, own.runs)
    if (features !== null) await postPurge(clickhouse, project, 'features', features, own.features)
  },
}

/** Stores the totals of features of a span. The last stored ones count. */
export async function postFeatureTotals(
  {post, tableOf}: ClickHouse,
  project: string,
  span: string,
  totals: readonly FeatureTotal[],
): Promise<void> {
  const saved = Date.now()
  const rows = totals.map(total => {
    const {use, type, name} = total
    return JSON.stringify([project, span, use, type, name, JSON.stringify(total), saved])
  })
  await post(tableOf('feature_totals'), ['project', 'span', 'use', 'type', 'name', 'facts', 'saved'], rows)
}

/** Stores before when single rows are gone. From then on, answers use the totals. */
export async function postPurge(
  {post, tableOf}: ClickHouse,
  project: string,
  what: 'runs' | 'features',
  purge: NonNullable<PartOf<'end'>['runs']>,
  own: PartOf<'end'>['runs'],
): Promise<void> {
  const firsts = [purge.firstMs, own?.firstMs ?? null].filter(ms => ms !== null)
  const first = firsts.length === 0 ? null : Math.min(...firsts)
  const before = Math.max(purge.beforeMs, own?.beforeMs ?? Number.NEGATIVE_INFINITY)
  const row = JSON.stringify([project, what, before, first, Date.now()])
  await post(tableOf('purges'), ['project', 'what', 'before_ms', 'first_ms', 'saved'], [row])
}
