import assert from 'node:assert/strict'
import {suite, type TestContext, test} from 'node:test'
import {dashboardPages} from '../../../src/cli/maintain/dashboard-pages.ts'
import {openSqliteSource} from '../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {type Ask, createAsk} from '../../../src/dashboard/site/ask.ts'
import {answerProjects} from '../../../src/dashboard/site/start.ts'
import {UsageError} from '../../../src/errors.ts'
import {makeFolders, startCollector} from '../../collector/running-collector.ts'
import {
  batchOf,
  dayMs,
  endOf,
  nowMs,
  pseudonym,
  sampleHeader,
  sampleProject,
  startOf,
  writtenProject,
} from '../../collector/samples.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

/** Two projects: eight people used the first one in the previous month, and two the second one. */
async function openProjects(t: TestContext, access: 'token' | 'public') {
  const folders = makeFolders(t, [
    writtenProject({name: 'Parsl & <friends>'}),
    writtenProject({project: 'small', name: 'Small'}),
  ])
  const store = openSqliteStore(folders.dataDirectory)
  for (const [project, people] of [
    ['parsl', 8],
    ['small', 2],
  ] as const)
    for (let person = 0; person < people; person++) {
      const header = sampleHeader({user: pseudonym(`p${person}`), host: pseudonym(`h${person}`)})
      const atMs = nowMs - 30 * dayMs
      const run = project === 'parsl' ? person : 100 + person
      await store.insert([{...batchOf([startOf(run, atMs), endOf(run, atMs + 60_000)], {header}), project}])
    }
  await store.close()
  const {http, token} = await startCollector(t, folders, {pages: dashboardPages(access)})
  const withToken = {Authorization: `Basic ${Buffer.from(`:${token}`).toString('base64')}`}
  return async (path: string, isReader: boolean) => {
    const response = await fetch(`${http}${path}`, {headers: isReader ? withToken : {}, redirect: 'manual'})
    const body = await response.text()
    const rows = [...body.matchAll(/<tr><th scope="row">.*?<\/tr>/g)].map(([row]) => row)
    return {status: response.status, location: response.headers.get('location'), body, rows}
  }
}

suite('the list of projects', () => {
  test('it shows users, runs and a small line of the runs of each project to a reader', async t => {
    const get = await openProjects(t, 'token')
    const {body, rows} = await get('/', true)
    assert.match(body, />users in <time>2026-10</)
    assert.match(rows[0]!, /<a href="\/projects\/parsl"><bdi>Parsl &amp; &lt;friends&gt;<\/bdi><\/a>/)
    assert.match(rows[0]!, /<td class="number">8<\/td><td class="number">8<\/td>/)
    assert.match(rows[0]!, /<svg class="spark"[^>]* aria-label="Runs by month: 2025-11 0, .*, 2026-10 8">/)
    assert.match(rows[1]!, /<td class="number">2<\/td><td class="number">2<\/td>/)
    assert.match(rows[1]!, /<td>\d{4}-\d\d-\d\d \d\d:\d\d UTC<\/td>/)
    assert.doesNotMatch(body, /Sign in/)
    assert.equal((await get('/', false)).status, 401)
  })

  test('it hides few users from everybody', async t => {
    const get = await openProjects(t, 'public')
    const {rows} = await get('/', false)
    assert.match(rows[0]!, /<td class="number">8<\/td><td class="number">8<\/td>/)
    assert.match(rows[1]!, /<td class="number">hidden<\/td><td class="number">hidden<\/td><\/tr>/)
  })

  test('it shows the others if the question of one fails, and fails if none is answered', async t => {
    const directory = temporaryDirectory(t)
    await openSqliteStore(directory).close()
    const source = openSqliteSource(directory)
    t.after(() => source.close())
    const answer = createAsk(source, () => nowMs, 1000)
    const projects = new Map(['first', 'second'].map(project => [project, sampleProject({project})]))
    const writeWithout = (...failing: readonly string[]) => {
      const ask: Ask = async (project, query) => {
        if (failing.includes(project.project)) throw new UsageError('USAGE_STORE_UNREADABLE', 'disk I/O error')
        return answer(project, query)
      }
      return answerProjects({projects, base: '', ask, nowMs, isReader: true, footer: ''})
    }
    const page = await writeWithout('first')
    assert.match(page, /first<\/bdi><\/a><\/th><td>no answer<\/td><td class="number"><\/td>/)
    assert.match(page, /second<\/bdi><\/a><\/th><td><\/td><td class="number">0</)
    await assert.rejects(writeWithout('first', 'second'), {code: 'USAGE_STORE_UNREADABLE'})
  })
})

suite('the link to sign in', () => {
  test('it is on public pages, asks for the token, and leads back', async t => {
    const get = await openProjects(t, 'public')
    assert.match((await get('/', false)).body, /<a href="\/sign-in" /)
    assert.match((await get('/projects/parsl', false)).body, /<a href="\/sign-in\?project=parsl" /)
    assert.doesNotMatch((await get('/projects/parsl', true)).body, /"\/sign-in/)
    assert.equal((await get('/sign-in?project=parsl', false)).status, 401)
    assert.deepEqual((await get('/sign-in?project=parsl', true)).location, '/projects/parsl')
    assert.deepEqual((await get('/sign-in', true)).location, '/')
    // It leads nowhere else.
    assert.deepEqual((await get('/sign-in?project=//example.org', true)).location, '/')
  })
})
