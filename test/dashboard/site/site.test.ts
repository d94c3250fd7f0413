import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {suite, type TestContext, test} from 'node:test'
import {dashboardPages} from '../../../src/cli/maintain/dashboard-pages.ts'
import {makeShareToken, revokeShareToken} from '../../../src/collector/access/share-links.ts'
import {openSqliteSource} from '../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {createDashboard} from '../../../src/dashboard/site/site.ts'
import type {Stats} from '../../../src/stats/model/model.ts'
import type {StatsSource} from '../../../src/stats/model/source.ts'
import {writeCsv} from '../../../src/stats/write/csv.ts'
import {tablesOf} from '../../../src/stats/write/tables.ts'
import {randomUse, seededRandom} from '../../collector/random-use.ts'
import {makeFolders, startCollector} from '../../collector/running-collector.ts'
import {
  batchOf,
  dayMs,
  endOf,
  featureOf,
  nowMs,
  pseudonym,
  sampleHeader,
  sampleProject,
  startOf,
  writtenProject,
} from '../../collector/samples.ts'

const pages = ['', '/features', '/versions', '/outcomes', '/quality', '/collected']

interface Page {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** A collector with a dashboard over random events, and a function that requests pages with the read token. */
async function openDashboard(t: TestContext, access: 'token' | 'public' | 'open' = 'token', runs = 200) {
  const folders = makeFolders(t, [writtenProject({name: 'Parsl & <friends>'})])
  const store = openSqliteStore(folders.dataDirectory)
  await store.insert(randomUse(runs, seededRandom(7)).map(({header, event}) => batchOf([event], {header})))
  await store.close()
  const {http, token} = await startCollector(t, folders, {pages: dashboardPages(access)})
  const password = `Basic ${Buffer.from(`:${token}`).toString('base64')}`
  const get = async (path: string, headers: Record<string, string> = {Authorization: password}): Promise<Page> => {
    const response = await fetch(`${http}${path}`, {headers, redirect: 'manual'})
    return {status: response.status, headers: response.headers, body: await response.text()}
  }
  const stats = async (query = ''): Promise<Stats> =>
    JSON.parse((await get(`/v1/projects/parsl/stats${query}`, {Authorization: `Bearer ${token}`})).body) as Stats
  return {http, get, stats}
}

suite('a dashboard with a token', () => {
  test('it asks the browser for the token, accepts it as password, and shows everybody what is collected', async t => {
    const {get} = await openDashboard(t)
    for (const path of [
      '/',
      '/projects/parsl',
      '/projects/parsl/answers/users.csv',
      '/badge/parsl/users.svg',
      '/projects/no',
    ]) {
      const {status, headers, body} = await get(path, {})
      assert.equal(status, 401, path)
      assert.match(headers.get('www-authenticate') ?? '', /^Basic /)
      assert.match(body, /A token is required/)
    }
    const wrong = `Basic ${Buffer.from('me:guess').toString('base64')}`
    assert.equal((await get('/projects/parsl', {Authorization: wrong})).status, 401)
    assert.equal((await get('/projects/parsl')).status, 200)
    const notice = await get('/projects/parsl/collected', {})
    assert.equal(notice.status, 200)
    assert.match(notice.body, /<code>usage optout parsl<\/code>/)
  })

  test('it redirects to the only project, and rejects unknown pages and invalid parameters', async t => {
    const {get} = await openDashboard(t)
    const home = await get('/')
    assert.deepEqual([home.status, home.headers.get('location')], [302, '/projects/parsl'])
    for (const path of [
      '/projects/other',
      '/projects/parsl/no',
      '/projects/parsl/answers/no.csv',
      '/badge/parsl/no.svg',
      '/projects/parsl/features/more',
    ])
      assert.equal((await get(path)).status, 404, path)
    for (const query of ['by=hour', 'filter=x', 'use=both', 'from=2026-02-30'])
      assert.deepEqual([(await get(`/projects/parsl?${query}`)).status, query], [400, query])
  })

  test('it shows the numbers of the stats', async t => {
    const {get, stats} = await openDashboard(t)
    const {users, runs, outcomes} = await stats()
    const {body} = await get('/projects/parsl')
    const tiles = [...body.matchAll(/<dd class="big">([^<]*)</g)].map(found => found[1])
    assert.equal(tiles[0], users.exact ? String(users.total) : `${users.low} to ${users.high}`)
    assert.equal(tiles[1], String(runs!.total))
    for (const {period, value, complete} of runs!.periods)
      assert.ok(body.includes(`<title>${period}${complete ? '' : ', incomplete'}: Runs ${value}</title>`), period)
    assert.match((await get('/projects/parsl/outcomes')).body, new RegExp(`${outcomes!.ok} ok \\(exit code 0\\)`))
  })

  test('it begins with the last full reporting year if all of it was collected', async t => {
    const lead = async (days: readonly string[], address = '/projects/fiscal'): Promise<string | undefined> => {
      const identity = {rotate: 'year', yearBegins: '10-01'}
      const folders = makeFolders(t, [writtenProject({project: 'fiscal', identity})])
      const store = openSqliteStore(folders.dataDirectory)
      const events = days.map((day, run) => startOf(run, Date.parse(day)))
      await store.insert([batchOf(events, {project: 'fiscal', header: sampleHeader({period: '2025-10-01'})})])
      await store.close()
      const {http, token} = await startCollector(t, folders, {pages: dashboardPages('token')})
      const headers = {Authorization: `Bearer ${token}`}
      const body = await (await fetch(http + address, {headers})).text()
      return /<p class="lead">(<a .*)<\/p>/.exec(body)?.[1]
    }
    const year = ['2025-10-01', '2026-01-05', '2026-09-30']
    assert.match(
      (await lead(year))!,
      /year=2025">FY2025\/26<\/a>, the last full reporting year: 1 person used the software, in 3 runs\.$/,
    )
    assert.equal(await lead(year, '/projects/fiscal?by=week'), undefined)
    assert.equal(await lead(year.slice(1)), undefined)
  })

  test('it answers each chart as CSV and JSON, equal to the stats with the same filters', async t => {
    const {get, stats} = await openDashboard(t)
    const query = '?system=Linux&ci=none&by=week&from=2026-08-01'
    const expected = await stats(query)
    const addresses = new Set<string>()
    for (const page of pages) {
      const {body} = await get(`/projects/parsl${page}${query}`)
      for (const [, address] of body.matchAll(/href="(\/projects\/parsl\/answers\/[^"]+)"/g))
        addresses.add(address!.replaceAll('&amp;', '&'))
    }
    assert.ok(addresses.size >= 28, String(addresses.size))
    for (const address of addresses) {
      const {status, headers, body: text} = await get(address)
      // Other programs write to the same disk.
      const body = text.replace(/(freeBytes"?[,:] ?)\d+/, `$1${expected.quality.freeBytes}`)
      const [, section, format] = /answers\/(\w+)\.(csv|json)/.exec(address)!
      assert.equal(status, 200, address)
      if (format === 'csv') {
        assert.match(headers.get('content-type')!, /^text\/csv/)
        assert.equal(body, writeCsv(tablesOf(expected).find(one => one.section === section)!), address)
      } else assert.deepEqual(JSON.parse(body)[section!], expected[section as keyof Stats], address)
    }
  })

  test('it keeps the question in the form and in links to other pages, and removes single filters', async t => {
    const {get} = await openDashboard(t)
    const {body} = await get('/projects/parsl/features?app-version=1.0&from=2026-01-01&to=&use=direct&ci=')
    const links = [...body.matchAll(/<nav[\s\S]*?<\/nav>/g)].flatMap(([nav]) => [...nav.matchAll(/href="([^"]+)"/g)])
    assert.equal(links.length, pages.length)
    for (const [, address] of links) assert.match(address!, /\?app-version=1\.0&amp;from=2026-01-01&amp;direct=1$/)
    assert.match(body, /<option value="1\.0" selected>/)
    assert.match(body, /<option value="direct" selected>/)
    // The other versions can still be chosen.
    assert.match(body, /<option value="2\.0">/)
    assert.match(body, /Only version 1\.0<\/bdi>: <a href="\/projects\/parsl\/features\?from=2026-01-01&amp;direct=1"/)
  })

  test('it says that there is no data, and what to do', async t => {
    const {get} = await openDashboard(t, 'token', 0)
    for (const page of ['', '/features', '/versions', '/outcomes'])
      assert.match((await get(`/projects/parsl${page}`)).body, /No data\./)
    assert.match((await get('/projects/parsl/quality')).body, /Data quality/)
    assert.match((await get('/projects/parsl?app-version=9')).body, /twelve months without a filter/)
  })
})

suite('every page', () => {
  test('it loads and runs nothing, and allows only its own style', async t => {
    const {get} = await openDashboard(t, 'open')
    for (const page of pages) {
      const {status, headers, body} = await get(`/projects/parsl${page}`, {})
      assert.equal(status, 200, page)
      const policy = headers.get('content-security-policy') ?? ''
      assert.match(policy, /default-src 'none'/)
      assert.match(policy, /script-src 'none'/)
      const style = /<style>([\s\S]*?)<\/style>/.exec(body)![1]!
      assert.ok(policy.includes(`'sha256-${createHash('sha256').update(style).digest('base64')}'`))
      assert.doesNotMatch(
        body,
        /<script|<link|<img|<iframe| style=| on[a-z]+=|url\((?!#)|https?:\/\/(?!usage\.example)/,
      )
      assert.match(body, /<h1><bdi>Parsl &amp; &lt;friends&gt;<\/bdi><\/h1>/)
    }
  })

  test('it has unique ids, and a label for each field and drawing', async t => {
    const {get} = await openDashboard(t, 'open')
    for (const page of pages) {
      const {body} = await get(`/projects/parsl${page}`, {})
      const ids = [...body.matchAll(/ id="([^"]+)"/g)].map(found => found[1])
      assert.deepEqual(ids, [...new Set(ids)])
      for (const [, id] of body.matchAll(/aria-labelledby="([^"]+)"/g)) assert.ok(ids.includes(id), id)
      for (const [svg] of body.matchAll(/<svg[^>]*>/g)) assert.match(svg, /aria-label="|aria-hidden="true"/)
      for (const [field] of body.matchAll(/.{40}<(?:input|select)/g))
        assert.match(field, /<label>[^<]*<br><(?:input|select)$/)
    }
  })

  test('it escapes names from outside, so that they cannot be markup, a formula or change the direction of writing', async t => {
    const folders = makeFolders(t, [
      writtenProject({features: {types: ['Feature'], names: ['</script><b>', '=cmd()']}}),
    ])
    const hostile = '</title><script>alert(1)</script>\u202e\u001b[2J'
    const header = sampleHeader({version: hostile, application: '=HYPERLINK("x")', scheduler: '"onload=x'})
    const store = openSqliteStore(folders.dataDirectory)
    const features = ['</script><b>', '=cmd()'].map((name, number) =>
      featureOf(number, nowMs, {name, featureType: 'Feature'}),
    )
    await store.insert([batchOf([startOf(1, nowMs), ...features], {header})])
    await store.close()
    const {http} = await startCollector(t, folders, {pages: dashboardPages('open')})
    const query = `?app-version=${encodeURIComponent(hostile)}`
    for (const path of [
      ...pages,
      ...pages.map(page => `${page}${query}`),
      '/answers/versions.csv',
      '/answers/features.csv',
    ]) {
      const body = await (await fetch(`${http}/projects/parsl${path}`)).text()
      assert.doesNotMatch(body, /[\u202e\u001b]/, path)
      if (path.endsWith('.csv')) assert.doesNotMatch(body, /(?:^|,)"?[=+@-]/m, path)
      else assert.doesNotMatch(body, /<script|<\/script|<b>|"onload/, path)
    }
  })
})

suite('a public dashboard', () => {
  /** Six people with one version and two with another, in the previous month. */
  async function openPublic(t: TestContext) {
    const folders = makeFolders(t)
    const store = openSqliteStore(folders.dataDirectory)
    for (let person = 0; person < 8; person++) {
      const header = sampleHeader({
        user: pseudonym(`p${person}`),
        host: pseudonym(`h${person}`),
        version: person < 6 ? '1.0' : '9.9',
      })
      const atMs = nowMs - 30 * dayMs
      await store.insert([batchOf([startOf(person, atMs), endOf(person, atMs + 60_000)], {header})])
    }
    await store.close()
    const {http} = await startCollector(t, folders, {pages: dashboardPages('public')})
    return async (path: string): Promise<Page> => {
      const response = await fetch(`${http}${path}`)
      return {status: response.status, headers: response.headers, body: await response.text()}
    }
  }

  test('it shows whole months without a token, and nothing about few people', async t => {
    const get = await openPublic(t)
    const {status, body} = await get('/projects/parsl')
    assert.equal(status, 200)
    assert.match(body, /8 users in 2026-10, the latest month shown/)
    // 9.9 has two users and is hidden. 1.0 is hidden too, because the difference would reveal 9.9.
    assert.doesNotMatch(body, /<bdi>(?:9\.9|1\.0)/)
    const answer = JSON.parse((await get('/projects/parsl/answers/public.json')).body)
    assert.deepEqual(answer.periods.at(-1).users, 8)
    assert.equal(
      (await get('/projects/parsl/answers/public.json?app-version=9.9&from=2026-10-01&to=2026-10-31')).status,
      200,
    )
  })

  test('it rejects questions and pages that are not public', async t => {
    const get = await openPublic(t)
    const json = '/projects/parsl/answers/public.json'
    for (const query of [
      'by=day',
      'from=2026-10-02',
      'app-version=1.0&system=Linux&from=2026-10-01&to=2026-10-31',
      'internal=1',
      'app-version=1.0',
      'from=1970-01-01',
    ])
      assert.deepEqual([(await get(`${json}?${query}`)).status, query], [400, query])
    for (const path of ['/features', '/outcomes', '/quality', '/answers/users.csv', '/answers/versions.json'])
      assert.deepEqual([(await get(`/projects/parsl${path}`)).status, path], [401, path])
    assert.equal((await get('/projects/parsl?month=2026-13')).status, 400)
    assert.equal((await get('/v1/projects/parsl/stats')).status, 401)
  })

  test('it opens only the public figures of one project for a share link', async t => {
    const folders = makeFolders(t, [writtenProject(), writtenProject({project: 'other'})])
    const store = openSqliteStore(folders.dataDirectory)
    const atMs = nowMs - 30 * dayMs
    const people = Array.from({length: 6}, (_, person) => {
      const header = sampleHeader({user: pseudonym(`p${person}`), host: pseudonym(`h${person}`)})
      return batchOf([startOf(person, atMs), endOf(person, atMs + 1)], {header})
    })
    await store.insert(people)
    await store.close()
    const {http} = await startCollector(t, folders, {pages: dashboardPages('token')})
    const get = async (path: string) => {
      const response = await fetch(`${http}${path}`)
      return {status: response.status, body: await response.text()}
    }
    const share = `share=${makeShareToken(folders.dataDirectory, 'parsl')}`
    const {status, body} = await get(`/projects/parsl?${share}`)
    assert.equal(status, 200)
    assert.match(body, /6 users in 2026-10, the latest month shown/)
    assert.doesNotMatch(body, /all projects/)
    // All links of the page work with the same share link.
    const links = [...body.matchAll(/href="(\/[^"]*)"/g)].map(([, link]) => link!.replaceAll('&amp;', '&'))
    assert.ok(links.length > 3, links.join(' '))
    for (const link of links) assert.deepEqual([(await get(link)).status, link], [200, link])
    const badge = await fetch(`${http}/badge/parsl/users.svg?${share}`)
    // A shared cache would still show the badge after the link is revoked.
    assert.deepEqual([badge.status, badge.headers.get('cache-control')], [200, 'private, no-cache'])
    for (const path of ['/projects/parsl/features', '/projects/parsl/answers/users.csv', '/projects/other', '/'])
      assert.deepEqual([(await get(`${path}?${share}`)).status, path], [401, path])
    assert.equal((await get(`/projects/parsl?${share}x`)).status, 401)
    assert.equal((await get(`/projects/parsl?${share}&${share}`)).status, 401)
    const newer = `share=${makeShareToken(folders.dataDirectory, 'parsl')}`
    assert.deepEqual(
      [(await get(`/projects/parsl?${share}`)).status, (await get(`/projects/parsl?${newer}`)).status],
      [401, 200],
    )
    assert.ok(revokeShareToken(folders.dataDirectory, 'parsl') && !revokeShareToken(folders.dataDirectory, 'parsl'))
    assert.equal((await get(`/projects/parsl?${newer}`)).status, 401)
    writeFileSync(join(folders.dataDirectory, 'share-links.json'), '{"parsl": 1}')
    assert.equal((await get(`/projects/parsl?${newer}`)).status, 401)
    assert.throws(() => makeShareToken(folders.dataDirectory, 'parsl'), {code: 'USAGE_STORE_UNREADABLE'})
  })

  test('it has badges of the last whole month that a cache may store', async t => {
    const get = await openPublic(t)
    const users = await get('/badge/parsl/users.svg')
    assert.match(users.body, /aria-label="users per month: 8"/)
    assert.match(users.headers.get('content-type')!, /^image\/svg\+xml/)
    assert.match((await get('/badge/parsl/runs.svg')).body, /aria-label="runs per month: 8"/)
    assert.match(users.headers.get('cache-control')!, /public, max-age=3600/)
  })
})

suite('a page with filters', () => {
  test('it asks the store once, and once in five minutes for the options of filters', async t => {
    const {dataDirectory} = makeFolders(t, [writtenProject()])
    const store = openSqliteStore(dataDirectory)
    await store.insert([batchOf([startOf(1, nowMs - dayMs)])])
    await store.close()
    const source = openSqliteSource(dataDirectory)
    t.after(() => source.close())
    const clock = {nowMs, asked: 0}
    const counting: StatsSource = {
      ...source,
      facts: question => {
        clock.asked++
        return source.facts(question)
      },
    }
    const projects = new Map([['parsl', sampleProject()]])
    const show = createDashboard({
      ...{projects, source: counting, access: 'open'},
      now: () => clock.nowMs,
      explain: () => [],
    })
    const asks = async (parameters: Record<string, string>, waitMs = 10_000): Promise<number> => {
      const before = clock.asked
      clock.nowMs += waitMs
      const request = {
        path: '/projects/parsl',
        parameters,
        isReader: true,
        share: null,
        ifNoneMatch: null,
      }
      const {status, body} = await show(request)
      assert.deepEqual([status, String(body).includes('<option value="Linux"')], [200, true])
      return clock.asked - before
    }
    const [whole, filtered, again, late] = [
      await asks({by: 'month'}),
      await asks({by: 'month', ci: 'none'}),
      await asks({by: 'month', ci: 'none'}),
      await asks({by: 'month', ci: 'none'}, 300_000),
    ]
    assert.ok(whole > 0)
    assert.deepEqual([filtered, again, late], [2 * whole, whole, 2 * whole])
  })
})
