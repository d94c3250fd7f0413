import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {it} from 'node:test'
import {filesUnder, repositoryPath} from '../../../support/repository.ts'

const room = 'src/collector/store/clickhouse'
const sources = filesUnder(room, '.ts').map(path => [path, readFileSync(repositoryPath(path), 'utf8')] as const)

/**
 * Every SELECT with `FROM runs FINAL`, up to the next SELECT or bracket. An element of a tuple of `runs` there, such as
 * `header.user`, is silently that of any part: https://github.com/ClickHouse/ClickHouse reads only this subcolumn, and
 * merges each by itself.
 */
function wrongElements(source: string): readonly string[] {
  const element = /\b(?:header|start|again|end)\.\w+/g
  return source.split(/\bSELECT\b/).flatMap(select => {
    const from = /\bFROM\s+(?:\$\{[^}]*\bruns\b[^}]*\}|runs\w*)\s+(?:AS\s+\w+\s+)?FINAL\b/.exec(select)
    if (from === null) return []
    const [own = ''] = /^[^`)]*/.exec(select.slice(from.index)) ?? []
    return [...`${select.slice(0, from.index)}${own}`.matchAll(element)].map(([found]) => found)
  })
}

it('never reads an element of a tuple directly from `runs FINAL`', () => {
  const found = sources.flatMap(([path, source]) => wrongElements(source).map(element => `${path}: ${element}`))
  assert.deepEqual(found, [])
})

it('finds such an element, in the list and in the condition', () => {
  for (const wrong of [
    'SELECT header.user FROM runs FINAL',
    'SELECT run FROM runs_all FINAL WHERE header.user = {user:String}',
    "SELECT start.at FROM ${tableOf('runs')} FINAL",
  ])
    assert.equal(wrongElements(wrong).length, 1, wrong)
  for (const right of [
    'SELECT hh.user FROM (SELECT identity(header) AS hh FROM runs FINAL) WHERE hh.user = 1',
    'SELECT header.user FROM runs',
    'SELECT a FROM (SELECT identity(header) AS a FROM runs FINAL WHERE run = 1) WHERE end.at > 1',
  ])
    assert.deepEqual(wrongElements(right), [], right)
})
