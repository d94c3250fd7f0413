import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join, normalize} from 'node:path'
import {suite, type TestContext, test} from 'node:test'
import {publishSite} from '../../../src/cli/maintain/publish-site.ts'
import {openSqliteSource} from '../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {contentSecurityPolicy} from '../../../src/dashboard/parts/style.ts'
import {batchOf, pseudonym, sampleHeader, sampleProject, startOf} from '../../collector/samples.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {readTree} from '../../support/tree.ts'

const at = (day: string): number => Date.parse(`${day}T12:00:00Z`)

/** A store with a function that adds runs, each of another person, and one that publishes into a folder. */
function makeScene(t: TestContext, changes: Record<string, unknown> = {}) {
  const directory = temporaryDirectory(t)
  const [data, site] = [join(directory, 'data'), join(directory, 'site')]
  const project = sampleProject(changes)
  const store = openSqliteStore(data)
  const source = openSqliteSource(data)
  t.after(async () => {
    await source.close()
    await store.close()
  })
  let run = 0
  return {
    site,
    store,
    async add(day: string, people: number, header = {}) {
      const batches = Array.from({length: people}, () => {
        run++
        const own = sampleHeader({user: pseudonym(`p${run}`), host: pseudonym(`h${run}`), ...header})
        return batchOf([startOf(run, at(day))], {header: own, receivedAtMs: at(day)})
      })
      await store.insert(batches)
    },
    publish: (day: string) => publishSite(site, [project], source, at(day)),
    read: (place: string): string => readFileSync(join(site, place), 'utf8'),
    json: (place: string) => JSON.parse(readFileSync(join(site, place), 'utf8')),
  }
}

suite('usage publish', () => {
  test('it publishes a month a week after its end, and never changes it', async t => {
    const {site, add, publish, json} = makeScene(t)
    await add('2026-09-10', 12)
    await add('2026-10-10', 20)
    await publish('2026-11-07')
    assert.equal(json('parsl/v1/months/2026-09.json').figures.periods[0].users, 12)
    assert.equal(readTree(site)['parsl/v1/months/2026-10.json'], undefined)
    await add('2026-09-11', 1)
    await publish('2026-11-08')
    assert.equal(json('parsl/v1/months/2026-09.json').figures.periods[0].users, 12)
    assert.equal(json('parsl/v1/months/2026-10.json').figures.periods[0].users, 20)
    assert.deepEqual(
      json('parsl/v1/summary.json').months.map((one: {month: string; users: number}) => [one.month, one.users]),
      [
        ['2026-09', 12],
        ['2026-10', 20],
      ],
    )
  })

  test('it writes nothing if nothing has changed, and only what changed otherwise', async t => {
    const {add, publish} = makeScene(t)
    await add('2026-09-10', 12)
    const first = await publish('2026-10-20')
    assert.ok(first.written.includes('index.html'))
    assert.deepEqual((await publish('2026-10-21')).written, [])
    await add('2026-10-10', 9)
    const {written} = await publish('2026-11-20')
    assert.ok(written.includes('parsl/index.html') && written.includes('parsl/v1/months/2026-10.json'))
    assert.ok(!written.includes('parsl/v1/months/2026-09.json') && !written.includes('parsl/collected.html'))
  })

  test('it keeps published figures after an erasure and a purge', async t => {
    const {store, add, publish, read} = makeScene(t)
    await add('2026-09-10', 12)
    await publish('2026-10-20')
    const before = read('parsl/v1/months/2026-09.json')
    await store.erase({
      project: 'parsl',
      receipt: '01900000-0000-7000-8000-000000000001',
      users: [pseudonym('p1')],
      receivedAtMs: at('2026-10-21'),
    })
    await publish('2026-10-22')
    assert.equal(read('parsl/v1/months/2026-09.json'), before)
  })

  test('it hides groups of fewer than five, in every file', async t => {
    const {site, add, publish} = makeScene(t)
    await add('2026-08-10', 4, {version: 'seen-by-few'})
    await add('2026-09-10', 40, {version: 'seen-by-many'})
    await add('2026-09-10', 30, {version: 'seen-by-others'})
    await add('2026-09-10', 4, {version: 'seen-by-few'})
    await publish('2026-10-20')
    const all = Object.entries(readTree(site))
    assert.ok(all.some(([, content]) => content.includes('seen-by-many')))
    for (const [place, content] of all) assert.ok(!content.includes('seen-by-few'), place)
    // The next smallest row is hidden too: a total would reveal the smallest.
    for (const [place, content] of all) assert.ok(!content.includes('seen-by-others'), place)
  })

  test('it makes the badges from the published figures: sums are lower bounds where something is hidden', async t => {
    const {add, publish, json} = makeScene(t)
    await add('2025-03-10', 7)
    await add('2026-08-10', 3)
    await add('2026-09-10', 12)
    await publish('2026-10-20')
    const message = (name: string) => json(`parsl/v1/badges/${name}.json`).message
    assert.deepEqual(json('parsl/v1/badges/users-month.json'), {
      schemaVersion: 1,
      label: 'users last month',
      message: '12',
      color: '1f6f4a',
    })
    assert.deepEqual(
      [message('runs-month'), message('users-year'), message('runs-year')],
      ['12', 'at least 12', 'at least 12'],
    )
    assert.deepEqual([message('users-total'), message('runs-total')], ['at least 12', 'at least 19'])
  })

  test('it counts the users of a whole reporting year, and of none that began before the data', async t => {
    const {site, add, publish, json} = makeScene(t, {identity: {level: 'salted', rotate: 'year', yearBegins: '10-01'}})
    await add('2023-11-02', 6)
    await add('2024-10-01', 9)
    await add('2025-09-30', 8)
    await publish('2025-10-20')
    assert.deepEqual(
      Object.keys(readTree(site)).filter(place => place.includes('/years/')),
      ['parsl/v1/years/2024.json'],
    )
    const {year, from, to, users} = json('parsl/v1/years/2024.json')
    assert.deepEqual([year, from, to, users], ['FY2024/25', '2024-10-01', '2025-09-30', 17])
  })

  test('every link of every page is relative and leads to a file of the site', async t => {
    const {site, add, publish} = makeScene(t)
    await add('2026-08-10', 8)
    await add('2026-09-10', 12)
    await publish('2026-10-20')
    const tree = readTree(site)
    const pages = Object.entries(tree).filter(([place]) => place.endsWith('.html'))
    assert.ok(pages.length >= 5)
    for (const [place, content] of pages)
      for (const [, address = ''] of content.matchAll(/(?:href|src)="([^"]*)"/g)) {
        const target = normalize(join(dirname(place), address.split('#')[0]!))
        assert.ok(address.startsWith('#') || target in tree, `${place}: ${address}`)
      }
  })

  test('its pages run nothing and load nothing', async t => {
    const {site, add, publish} = makeScene(t, {name: '<script>alert(1)</script>'})
    await add('2026-09-10', 12, {version: '<script>alert(2)</script>'})
    await publish('2026-10-20')
    const [style] = /sha256-[^']+/.exec(contentSecurityPolicy)!
    for (const [place, content] of Object.entries(readTree(site)))
      if (/\.(?:html|svg)$/.test(place)) {
        assert.ok(!/<script|\son\w+=|javascript:/i.test(content), place)
        if (place.endsWith('.html'))
          assert.ok(content.includes(`content="default-src 'none'; style-src '${style}'"`), place)
      }
  })

  test('it publishes a project without data, and one of few users', async t => {
    const {add, publish, read, json} = makeScene(t)
    await publish('2026-10-20')
    assert.match(read('parsl/index.html'), /No data yet/)
    await add('2026-09-10', 3)
    await publish('2026-10-20')
    assert.match(read('parsl/index.html'), /No data yet/)
    assert.equal(json('parsl/v1/badges/users-month.json').message, 'fewer than 5')
    assert.equal(json('parsl/v1/months/2026-09.json').figures.periods[0].runs, null)
  })

  test('it does not replace files that it did not write, nor figures that it cannot read', async t => {
    const {site, add, publish, read} = makeScene(t)
    await add('2026-09-10', 12)
    mkdirSync(site)
    writeFileSync(join(site, 'index.html'), 'my page')
    await assert.rejects(publish('2026-10-20'), {code: 'USAGE_SITE_FOLDER_TAKEN'})
    assert.equal(read('index.html'), 'my page')
    rmSync(join(site, 'index.html'))
    writeFileSync(join(site, 'CNAME'), 'figures.example.org')
    await publish('2026-10-20')
    assert.equal(read('CNAME'), 'figures.example.org')
    const place = join('parsl', 'v1', 'months', '2026-09.json')
    for (const damaged of ['', '{"version":1', '[]', '{"version":2,"month":"2026-09"}', 'null']) {
      writeFileSync(join(site, place), damaged)
      await assert.rejects(publish('2026-10-21'), {code: 'USAGE_PUBLISHED_UNREADABLE', message: /2026-09\.json/})
      assert.equal(read(place), damaged)
    }
  })

  test('two publications at once agree, and leave no other file', async t => {
    const {site, add, publish, read} = makeScene(t)
    await add('2026-09-10', 12)
    const months = ['2026-10-20', '2026-10-21', '2026-10-22'].map(publish)
    await Promise.all(months)
    assert.match(read('parsl/v1/months/2026-09.json'), /"month": "2026-09"/)
    assert.deepEqual(
      Object.keys(readTree(site)).filter(place => /\.[0-9a-f-]{36}$/.test(place)),
      [],
    )
    assert.deepEqual((await publish('2026-10-23')).written, [])
  })

  test('a month in the CSV is a row with one type in each column', async t => {
    const {add, publish, read} = makeScene(t)
    await add('2026-08-10', 3)
    await add('2026-09-10', 12)
    await publish('2026-10-20')
    assert.deepEqual(read('parsl/v1/months.csv').split('\n'), [
      'month,firstDay,users,usersLow,hosts,runs,ok,failed,signal,lost,running,unknown,successRate,meanSeconds,p50Seconds',
      '"2026-08",2026-08-01,,,,,,,,,,,,,',
      '"2026-09",2026-09-01,12,12,12,12,0,0,0,12,0,0,,,',
      '',
    ])
  })
})
