import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {fillWithDemo} from '../../src/collector/demo/fill.ts'
import {demoProject} from '../../src/collector/demo/project.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import {noFilters} from '../../src/stats/model/filters.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {collectorHere} from '../support/running-collector.ts'

describe('usage stats', {concurrency: 2}, () => {
  it('gives the same answers from the data folder and from the collector by its read token', async t => {
    const home = isolatedHome(t)
    const collector = await collectorHere(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
    const fromStore = await runUsage(home, ['stats', '--data', collector.data, '--json'])
    const environment = {USAGE_TOKEN: collector.token ?? ''}
    const fromCollector = await runUsage(home, ['stats', '--url', collector.http, '--project', 'demo', '--json'], {
      environment,
    })
    assert.equal(fromCollector.code, 0, fromCollector.stderr)
    // The sizes of the store and of the disk, and the instant of the question differ from one question to the next.
    const timeless = (text: string) =>
      text.replace(/"(?:store|free)Bytes": \d+/g, '').replace(/"(from|to)": "[^"]*T[^"]*"/g, '')
    assert.equal(timeless(fromCollector.stdout), timeless(fromStore.stdout))
  })

  it('says what is wrong when a collector does not take the token or is not there', async t => {
    const home = isolatedHome(t)
    const collector = await collectorHere(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
    const wrong = await runUsage(home, ['stats', '--url', collector.http, '--project', 'demo', '--token', 'guess'])
    assert.deepEqual([wrong.code, /USAGE_TOKEN_WRONG/.test(wrong.stderr)], [3, true])
    await collector.stop()
    const away = await runUsage(home, ['stats', '--url', collector.http, '--project', 'demo', '--token', 'guess'])
    assert.deepEqual([away.code, /USAGE_COLLECTOR_UNREACHABLE/.test(away.stderr)], [3, true])
  })

  it('names the projects of a store that has several', async t => {
    const home = isolatedHome(t)
    const projects = ['first', 'second'].map(
      project => projectOnDisk(home.home, 'http://127.0.0.1:9', {project}).project,
    )
    const collector = await collectorHere(t, home, projects)
    const outcome = await runUsage(home, ['stats', '--data', collector.data])
    assert.equal(outcome.code, 2)
    assert.match(outcome.stderr, /USAGE_NO_PROJECT: .*first, second/)
  })

  it('writes its answers as a table for a spreadsheet, as Markdown and as a page', async t => {
    const home = isolatedHome(t)
    const collector = await collectorHere(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
    const write = async (...flags: string[]) => runUsage(home, ['stats', '--data', collector.data, ...flags])
    const [csv, versions, markdown, html] = await Promise.all([
      write('--format', 'csv'),
      write('--format', 'csv', '--section', 'versions', '--ci', 'none'),
      write('--format', 'markdown', '--section', 'quality'),
      write('--format', 'html', '--internal'),
    ])
    assert.match(csv.stdout, /^section,row,column,value\n/)
    assert.equal(versions.stdout, 'version,runs,users,usersLow,usersHigh,runsWithoutUser,daysWithoutUser\n')
    assert.match(markdown.stdout, /^# demo\n[\s\S]*\| storeBytes \| \d+ \| {2}\|\n/)
    assert.match(html.stdout, /^<!doctype html>[\s\S]*No answer with this filter: runs, [\s\S]*<\/html>\n$/)
    const wrong = [
      await write('--section', 'versions'),
      await write('--format', 'csv', '--section', 'versions', '--direct'),
      await write('--app-version', ''),
    ]
    for (const {code, stderr} of wrong) assert.deepEqual([code, /USAGE_QUERY_INVALID/.test(stderr)], [2, true], stderr)
  })

  it('writes a report to share, as a page, as Markdown and as JSON, and a page names the hash of the JSON', async t => {
    const home = isolatedHome(t)
    const data = join(home.home, 'usage-data')
    const store = openSqliteStore(data)
    await fillWithDemo(store, Date.now())
    await store.saveProjects([demoProject()])
    await store.close()
    const folder = join(home.home, 'heatflow')
    mkdirSync(folder)
    writeFileSync(join(folder, 'usage.project.json'), JSON.stringify({...demoProject(), contact: 'other@example.org'}))
    writeFileSync(
      join(folder, 'CITATION.cff'),
      'title: Heat\nversion: 2.10\nlicense: MIT\nauthors:\n- name: The team\n',
    )
    const environment = {USAGE_PROJECT_FILE: join(folder, 'usage.project.json')}
    const write = async (...flags: string[]) =>
      runUsage(home, ['stats', '--data', data, '--report', ...flags], {environment})
    const json = await write('--format', 'json')
    assert.equal((await write('--json')).stdout, json.stdout)
    const {about, years, command} = JSON.parse(json.stdout)
    assert.deepEqual([about.version, about.licences, about.contact], ['2.10', ['MIT'], demoProject().contact])
    assert.equal(years.rows.length, 2)
    const hash = createHash('sha256').update(json.stdout).digest('hex')
    const pages = await Promise.all(['html', 'markdown'].map(format => write('--format', format)))
    for (const {stdout} of pages) assert.ok(stdout.includes(hash))
    const again = await runUsage(home, [...command.split(' ').slice(1), '--data', data], {environment})
    assert.equal(again.stdout, json.stdout)
    writeFileSync(join(home.home, 'broken.cff'), 'title: [')
    for (const file of ['broken.cff', 'missing.cff']) {
      const broken = await write('--format', 'html', '--citation', join(home.home, file))
      assert.deepEqual([broken.code, broken.stdout, /USAGE_CITATION_INVALID/.test(broken.stderr)], [2, '', true], file)
    }
  })

  it('says of a project without data what to do instead of a report, and checks the format first', async t => {
    const home = isolatedHome(t)
    const collector = await collectorHere(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
    const write = async (...flags: string[]) =>
      runUsage(home, ['stats', '--data', collector.data, '--report', ...flags])
    const empty = await write('--format', 'html')
    assert.deepEqual([empty.code, empty.stdout], [1, ''])
    assert.match(empty.stderr, /USAGE_NOTHING_TO_REPORT[\s\S]*usage run/)
    for (const flags of [[], ['--format', 'csv'], ['--format', 'html', '--section', 'users']]) {
      const {code, stderr} = await write(...flags)
      assert.deepEqual([code, /USAGE_QUERY_INVALID/.test(stderr)], [2, true], flags.join(' '))
    }
  })

  it('asks a collector for what its filters choose', async t => {
    const home = isolatedHome(t)
    const collector = await collectorHere(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
    const flags = ['--app-version', '3.5', '--ci', 'none', '--feature-type', 'Algorithm', '--direct', '--json']
    const outcome = await runUsage(home, ['stats', '--url', collector.http, '--project', 'demo', ...flags], {
      environment: {USAGE_TOKEN: collector.token ?? ''},
    })
    const {filters, runs} = JSON.parse(outcome.stdout)
    const [appVersion, featureType] = ['3.5', 'Algorithm']
    assert.deepEqual(filters, {...noFilters, appVersion, ci: 'none', featureType, internal: false})
    assert.equal(runs, null)
  })

  it('wants a data folder of a collector', async t => {
    const outcome = await runUsage(isolatedHome(t), ['stats', '--data', 'nothing-here', '--json'])
    assert.equal(JSON.parse(outcome.stdout).error.code, 'USAGE_STORE_UNREADABLE')
    assert.equal(outcome.code, 2)
  })
})
