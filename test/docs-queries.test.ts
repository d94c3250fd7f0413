import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {it} from 'node:test'
import {durableNames} from '../src/collector/access/durable-files.ts'
import {openSqliteStore} from '../src/collector/store/sqlite/sqlite.ts'
import {batchOf, endOf, featureOf, nowMs, sampleProject, startOf} from './collector/samples.ts'
import {repositoryPath} from './support/repository.ts'
import {temporaryDirectory} from './support/temporary-directory.ts'

const page = readFileSync(repositoryPath('docs/operating.md'), 'utf8')
const [, queries = ''] = /```sql\n([\s\S]*?)```/.exec(page) ?? []

it('shows queries in docs/operating.md that return rows of a store', async t => {
  const data = temporaryDirectory(t)
  const store = openSqliteStore(data)
  t.after(() => store.close())
  await store.saveProjects([sampleProject()])
  const atMs = Date.now()
  const events = [startOf(1, atMs), endOf(1, atMs + 1_000, {exitCode: 3}), featureOf(1, atMs)]
  await store.insert([batchOf(events), batchOf(events)])
  await store.noteSize(nowMs)
  const database = new DatabaseSync(join(data, 'usage.sqlite'), {readOnly: true})
  t.after(() => database.close())
  const all = queries.split(';').filter(query => query.trim() !== '')
  assert.equal(all.length, 5)
  for (const query of all) assert.ok(database.prepare(query).all().length > 0, query)
})

it('names everything that a backup contains in docs/operating.md', () => {
  const names = durableNames.filter(name => name !== 'read-token.sha256' && name !== 'share-links.json')
  for (const name of names) assert.match(page, new RegExp(`^\\| .*\`${name}\`.* \\| yes \\|$`, 'm'))
})
