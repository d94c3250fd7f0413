import type {TestContext} from 'node:test'
import {dashboardPages} from '../../src/cli/maintain/dashboard-pages.ts'
import {fillWithDemo} from '../../src/collector/demo/fill.ts'
import {demoProject} from '../../src/collector/demo/project.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import type {Batch} from '../../src/collector/store/store.ts'
import {makeFolders, startCollector} from '../collector/running-collector.ts'
import {
  batchOf,
  endOf,
  featureOf,
  nowMs,
  pseudonym,
  sampleHeader,
  startOf,
  writtenProject,
} from '../collector/samples.ts'

export interface Site {
  readonly http: string
  readonly token: string
}

type Access = Parameters<typeof dashboardPages>[0]

/** The pages of a project, as the end of their address. */
export const pageNames = ['', '/features', '/versions', '/outcomes', '/quality', '/collected'] as const

/** Serves two years of the demonstration, and a project `parsl` that nobody has used. */
export const openFullSite = (t: Pick<TestContext, 'after'>, access: Access = 'token'): Promise<Site> =>
  openSite(t, [{...demoProject()}, writtenProject()], access, store => fillWithDemo(store, nowMs))

type Fill = (store: ReturnType<typeof openSqliteStore>) => Promise<unknown>

async function openSite(
  t: Pick<TestContext, 'after'>,
  projects: readonly object[],
  access: Access,
  fill: Fill,
): Promise<Site> {
  const folders = makeFolders(t, projects)
  const store = openSqliteStore(folders.dataDirectory)
  await fill(store)
  await store.close()
  const {http, token} = await startCollector(t, folders, {pages: dashboardPages(access)})
  return {http, token: token!}
}

/** Names that would break a page, a table, a terminal or a spreadsheet that took them for more than text. */
export const hostileNames: readonly string[] = [
  '</script><script>alert(1)</script>',
  '</title><img src=x onerror=alert(2)>',
  '"><svg onload=alert(3)>',
  "'onmouseover='alert(4)",
  '\u001b[31mred\u001b]0;title\u0007',
  '=cmd()',
  '@SUM(1)',
  '\u202egnp.exe',
  'javascript:alert(5)',
  '&lt;b&gt;&amp;#x3c;',
  `long${'W'.repeat(60)}`,
]

/** Serves a project whose every name from outside is hostile; enough people use each that nothing is hidden. */
export const openHostileSite = (t: Pick<TestContext, 'after'>, access: Access = 'token'): Promise<Site> =>
  openSite(t, [writtenProject({name: '</h1><script>alert(6)</script>', features})], access, async store => {
    const batches = hostileNames.flatMap((name, number) =>
      Array.from({length: 6}, (_, person) => useOf(name, number, person)),
    )
    await store.insert(batches)
  })

// A project file with control characters is refused.
const features = {types: ['Feature'], names: hostileNames.filter(name => !/[\u001b\u202e]/.test(name))}
const monthMs = 30 * 86_400_000

/** A run of a person under a header of hostile names, a month ago. */
function useOf(name: string, number: number, person: number): Batch {
  const header = sampleHeader({
    user: pseudonym(`p${person}`),
    version: name,
    application: name,
    scheduler: name,
    os: {name, version: name, arch: name, readable: name},
  })
  const [run, atMs] = [number * 10 + person, nowMs - monthMs]
  const feature = featureOf(run, atMs, {name, featureType: 'Feature'})
  return batchOf([startOf(run, atMs), feature, endOf(run, atMs + 60_000, {exitCode: 1})], {header})
}
