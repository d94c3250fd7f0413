import {spawn, spawnSync} from 'node:child_process'
import {cpSync, existsSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {prepareStore} from '../src/collector/store/open.ts'
import {storeInFolder} from '../src/collector/store/place.ts'
import {openSqliteStore} from '../src/collector/store/sqlite/sqlite.ts'
import {fillStore, makeRun} from './fill-store.ts'

/** The end of the use in the store, and the current time of the pages. Unix milliseconds. */
const nowMs = Date.parse('2026-11-25T12:00:00Z')
const program = (name: string): string => new URL(name, import.meta.url).pathname

/** The pages of the dashboard, and the overview with periods and filters. */
const pages = [
  ...['', 'features', 'versions', 'outcomes', 'quality', '?by=week', '?by=day'],
  ...['?ci=none', '?system=Linux', '?feature-type=Algorithm', '?direct=1'],
]

interface Asked {
  readonly page: string
  readonly status: number
  readonly ms: number
  /** Milliseconds since the process started. */
  readonly sinceStart: number
}

/**
 * Requests pages in a new process. The first page shows the time of a new process, a second round that of a warm one.
 */
function askPages(dataDirectory: string, project: string, asked: readonly string[]): Asked[] {
  const {stdout, stderr, status} = spawnSync(process.execPath, [
    program('ask-pages.ts'),
    dataDirectory,
    project,
    ...asked,
  ])
  if (status !== 0) throw new Error(String(stderr))
  return String(stdout)
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Asked)
}

const range = (column: string): string =>
  `${column} >= ${Date.UTC(2025, 11, 1)} AND ${column} < ${Date.UTC(2026, 11, 1)}`

/** Single answers of the overview as plain SQL over the same tables. */
const plainSql: Readonly<Record<string, string>> = {
  'users and runs of each month': `
    SELECT strftime('%Y-%m', counted_at / 1000, 'unixepoch'), count(*), count(DISTINCT h.user)
    FROM runs r JOIN headers h ON h.id = r.header WHERE r.project = 1 AND ${range('counted_at')} AND h.ci IS NULL GROUP BY 1`,
  'outcomes and mean duration': `
    SELECT result, count(*), avg(seconds) FROM run_results WHERE project = 1 AND ${range('counted_at')} GROUP BY 1`,
  'features with runs and users': `
    SELECT f.feature, sum(f.count), count(DISTINCT f.run), count(DISTINCT h.user)
    FROM features f JOIN headers h ON h.id = f.header WHERE f.project = 1 AND ${range('f.used_at')} GROUP BY 1`,
}

function timeSql(dataDirectory: string, sql: string): number | null {
  const since = performance.now()
  const {status} = spawnSync('sqlite3', ['-readonly', join(dataDirectory, 'usage.sqlite'), sql])
  return status === 0 ? Math.round(performance.now() - since) : null
}

/** Measures how many events are stored in a second. A transaction contains 50 reports of one run each. */
async function insertRate(dataDirectory: string, seconds: number): Promise<number> {
  const store = openSqliteStore(dataDirectory)
  let [events, day] = [0, 0]
  const until = performance.now() + seconds * 1000
  const since = performance.now()
  while (performance.now() < until) {
    const startMs = nowMs - 3_600_000 + day++
    const batches = Array.from({length: 50}, (_, run) => makeRun('first', run * 97, startMs, Math.random))
    events += batches.reduce((sum, batch) => sum + batch.events.length, 0)
    await store.insert(batches)
  }
  const rate = events / ((performance.now() - since) / 1000)
  await store.close()
  return Math.round(rate)
}

/** Measures the insert rate alone, and with a process that requests pages without a pause. Medians of three. */
async function rates(dataDirectory: string): Promise<{alone: number; asked: number}> {
  const found = {alone: [] as number[], asked: [] as number[]}
  for (let round = 0; round < 3; round++) {
    found.alone.push(await insertRate(dataDirectory, 8))
    const reader = spawn(
      process.execPath,
      [program('ask-pages.ts'), dataDirectory, 'first', ...pages, '--until-killed'],
      {
        stdio: 'ignore',
      },
    )
    found.asked.push(await insertRate(dataDirectory, 8))
    reader.kill('SIGKILL')
  }
  const middle = (all: number[]): number => all.sort((a, b) => a - b)[1]!
  return {alone: middle(found.alone), asked: middle(found.asked)}
}

/** Uses a copy, because the inserts would enlarge the newest month. */
async function ratesOfCopy(dataDirectory: string): ReturnType<typeof rates> {
  const copy = mkdtempSync(join(tmpdir(), 'usage-bench-'))
  try {
    cpSync(dataDirectory, copy, {recursive: true})
    return await rates(copy)
  } finally {
    rmSync(copy, {recursive: true, force: true})
  }
}

/**
 * Measures questions to a store with many events.
 *
 * @param folder a folder that is kept, and filled if it is empty. Null: a temporary folder
 */
export async function benchStats(_runs: number, events: number, folder: string | null): Promise<string[]> {
  const dataDirectory = folder ?? mkdtempSync(join(tmpdir(), 'usage-bench-'))
  try {
    if (!existsSync(join(dataDirectory, 'usage.sqlite'))) await fillStore(dataDirectory, events, nowMs)
    const removeColumns = (): void => rmSync(join(dataDirectory, 'columns'), {recursive: true, force: true})
    removeColumns()
    const [unprepared] = askPages(dataDirectory, 'first', [''])
    removeColumns()
    const since = performance.now()
    let [longestMs, pieceMs] = [0, since]
    await prepareStore(storeInFolder(dataDirectory), () => {
      longestMs = Math.max(longestMs, performance.now() - pieceMs)
      pieceMs = performance.now()
    })
    const preparedMs = Math.round(performance.now() - since)
    const [firstEver] = askPages(dataDirectory, 'first', [''])
    askPages(dataDirectory, 'first', pages)
    const lines = [
      `### Pages over ${events.toLocaleString('en')} events, half of them of the project`,
      '',
      `The first question of all: ${firstEver!.sinceStart} ms from the start of its process, ${unprepared!.sinceStart} ms if no month is prepared.`,
      `Preparing the months of all projects: ${preparedMs} ms, the longest piece ${Math.round(longestMs)} ms.`,
      '',
      ...['| page | a new process, from its start, ms | warm, ms |', '|---|---:|---:|'],
    ]
    const warm = askPages(dataDirectory, 'first', [...pages, ...pages]).slice(pages.length)
    for (const [index, page] of pages.entries()) {
      const [cold] = askPages(dataDirectory, 'first', [page])
      if (cold!.status !== 200) throw new Error(`${page}: ${cold!.status}`)
      lines.push(
        `| \`/projects/first${page.startsWith('?') ? '' : '/'}${page}\` | ${cold!.sinceStart} | ${warm[index]!.ms} |`,
      )
    }
    lines.push('', '| one answer by `sqlite3` | ms |', '|---|---:|')
    for (const [name, sql] of Object.entries(plainSql))
      lines.push(`| ${name} | ${timeSql(dataDirectory, sql) ?? '–'} |`)
    const {alone, asked} = await ratesOfCopy(dataDirectory)
    lines.push(
      '',
      `Stored a second: ${alone} events with nobody asking, ${asked} with a process that asks without a pause.`,
      '',
    )
    return [lines.join('\n')]
  } finally {
    if (folder === null) rmSync(dataDirectory, {recursive: true, force: true})
  }
}
