import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {test} from 'node:test'
import {openSqliteSource} from '../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import {answers} from '../../../src/stats/model/answers.ts'
import {breakdowns} from '../../../src/stats/model/breakdowns.ts'
import {filterNames} from '../../../src/stats/model/filters.ts'
import {parseStatsQuery, queryNames} from '../../../src/stats/model/query.ts'
import {randomUse, seededRandom} from '../../collector/random-use.ts'
import {batchOf, endOf, nowMs, pseudonym, sampleHeader, sampleProject} from '../../collector/samples.ts'
import {repositoryPath} from '../../support/repository.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

const page = readFileSync(repositoryPath('docs/stats.md'), 'utf8')
const sections = new Map(
  page.split(/^## /m).map(section => [section.split('\n')[0]!.replaceAll('`', ''), section] as const),
)
const keysOf = (section: string): string[] => [...section.matchAll(/^\| `(\w+)` \|/gm)].map(found => found[1]!)

test('it has exactly its keys defined in docs/stats.md', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  t.after(() => store.close())
  await store.insert(randomUse(200, seededRandom(1)).map(({header, event}) => batchOf([event], {header})))
  // A version that fails much more often than the others.
  const crashes = Array.from({length: 60}, (_, run) => endOf(1_000 + run, nowMs, {exitCode: 3}))
  await store.insert(
    crashes.map((event, run) =>
      batchOf([event], {header: sampleHeader({version: '9', user: pseudonym(`${run % 3}`)}), client: 'usage\n1.0'}),
    ),
  )
  await store.noteTables(await source.tables())
  const stats = await answerStats(source, sampleProject(), parseStatsQuery({project: 'parsl'}, nowMs), nowMs)
  const answer = JSON.parse(JSON.stringify(stats)) as Record<string, unknown>
  const shared = keysOf(sections.get('Shared keys')!)
  const headings = [...page.matchAll(/^## `(\w+)`$/gm)].map(found => found[1]!)
  const isBreakdown = (name: string): boolean => breakdowns.some(({key}) => key === name)
  // The table of answers and the shared keys define breakdowns completely.
  const others = Object.keys(answer).filter(name => !isBreakdown(name))
  assert.deepEqual(headings, others.sort(byPlaceIn(headings)))
  const seen = new Set<string>()
  for (const [name, value] of Object.entries(answer)) {
    const documented = isBreakdown(name) ? [] : keysOf(sections.get(name)!)
    const inside = innerKeys(name === 'fields' ? Object.values(value as object) : value)
    for (const key of inside) seen.add(key)
    assert.deepEqual(
      [...inside].filter(key => !shared.includes(key) || documented.includes(key)).sort(),
      documented.sort(),
      `the keys of ${name}`,
    )
  }
  assert.deepEqual(
    shared.filter(key => !seen.has(key)),
    [],
  )
})

const byPlaceIn = (list: readonly string[]) => (a: string, b: string) => list.indexOf(a) - list.indexOf(b)

function innerKeys(value: unknown): Set<string> {
  if (Array.isArray(value)) return new Set(value.flatMap(item => [...innerKeys(item)]))
  if (typeof value !== 'object' || value === null) return new Set()
  return new Set(Object.entries(value).flatMap(([key, inner]) => [key, ...innerKeys(inner)]))
}

test('it has exactly the answers and columns of the registry in docs/stats.md', () => {
  const rows = [...sections.get('Answers')!.matchAll(/^\| `(\w+)` \| .* \| (`[^|]*`) \|$/gm)]
  const table = rows.map(([, key, columns]) => [key, columns!.replaceAll('`', '').split(', ')])
  assert.deepEqual(
    table,
    answers.map(({key, columns}) => [key, [...columns]]),
  )
  const words = new Set(page.replace(/<!--[\s\S]*<!-- end -->/, '').match(/\w+/g))
  for (const {key, columns} of answers)
    for (const column of columns) assert.ok(words.has(column), `${column} of ${key} has no meaning in docs/stats.md`)
})

test('it has every filter and every parameter of a question defined in docs/stats.md', () => {
  const names = [...sections.get('Questions')!.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([\w-]+)`/g)].map(found => found[1]!),
  )
  assert.deepEqual(names, [...queryNames])
  assert.ok(filterNames.every(name => names.includes(name)))
})
