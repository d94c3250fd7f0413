import assert from 'node:assert/strict'
import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {askStore} from '../../src/cli/maintain/ask-stats.ts'
import {storeInFolder} from '../../src/collector/store/place.ts'
import type {Stats} from '../../src/stats/model/model.ts'
import {eventually} from '../support/eventually.ts'
import {readFixture, readJsonFixture} from '../support/fixtures.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {makeProject} from '../support/make-project.ts'
import {needs} from '../support/needs.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {runningCollector} from '../support/running-collector.ts'
import {killingEnvironment} from '../support/scene.ts'
import {sendDatagrams} from '../support/send-datagrams.ts'
import {itOnce, ofShare} from '../support/share.ts'

const count = {type: 'integer', min: 0, description: 'Count'}
const parsl = makeProject({project: 'parsl', fields: {executors: count, app_count: count, app_fails: count}})
const types = ['Algorithm', 'Interface', 'Feature', 'Function', 'Unknown']
const mantid = makeProject({project: 'mantid', features: {types, allowOther: true}})

/** A maintainer with some files and a data folder. */
function makeScene(t: TestContext, project = parsl) {
  const home = isolatedHome(t)
  const data = join(home.home, 'data')
  const keep = (name: string, content: string | Uint8Array): string => {
    const path = join(home.home, name)
    writeFileSync(path, content)
    return path
  }
  const file = keep('project.json', JSON.stringify(project))
  const run = (...args: string[]) => runUsage(home, args)
  const doImport = async (...args: string[]) => {
    const outcome = await run('import', ...args, '--project-file', file, '--data', data, '--json')
    assert.deepEqual([outcome.code, outcome.stderr], [0, ''], outcome.stdout)
    return JSON.parse(outcome.stdout)
  }
  const stats = (folder = data): Promise<Stats> =>
    askStore(storeInFolder(folder), {project: project.project, from: '2025-01-01', to: '2025-12-31'}, Date.now())
  return {home, data, file, keep, run, doImport, stats}
}

const runOf = (run: number): string => `0199bbbb-0000-4000-8000-${String(run).padStart(12, '0')}`
const logged = (atMs: number, message: string, run = 0): string =>
  `${new Date(atMs).toISOString().replace('T', ' ').replace('.', ',').replace('Z', '')}: Source:203.0.113.${run % 250}, Msg:${message}`

/** The lines that Parsl's server would have logged of some runs in a year, each with a start and an end. */
function parslLog(runs: number, fromMs = Date.UTC(2025, 0, 1), days = 360): string[] {
  const stepMs = (days * 86_400_000) / runs
  return Array.from({length: runs}, (_, run) => {
    const start = Math.round(fromMs + run * stepMs)
    const user = `4813494d${String(run % 20).padStart(2, '0')}`
    const first = {uuid: runOf(run), uname: user, hname: '5bce98f73f', test: false, parsl_v: '1.2.0', os: 'Linux'}
    const last = {uuid: runOf(run), end: start / 1000 + 60, t_apps: 3, sites: 2, c_time: null, failed: 0}
    return [
      logged(start, JSON.stringify({...first, start: start / 1000}), run),
      logged(start + 60_000, JSON.stringify(last), run),
    ]
  }).flat()
}

/** The stats without what only says how they came here and what is free on the disk. */
function answersOf({quality, ...answers}: Stats) {
  const {storeBytes: _bytes, freeBytes: _free, diskFullOn: _full, duplicates: _duplicates, ...rest} = quality
  return {...answers, quality: rest}
}

function filesWith(directory: string, text: string): string[] {
  return readdirSync(directory, {recursive: true})
    .map(name => join(directory, String(name)))
    .filter(path => statSync(path).isFile() && readFileSync(path).includes(text))
}

describe('an import of the log of Parsl’s server', () => {
  itOnce('counts a year of history once, however often, drops the addresses and lists damaged lines', async t => {
    const {data, keep, doImport, stats} = makeScene(t)
    const lines = parslLog(100)
    lines.splice(10, 0, '2025-02-01 00:00:00,001: New Log section for new day ===================', '')
    lines.splice(20, 0, lines[20]!.slice(0, 80), 'Traceback (most recent call last):', logged(0, '{"end": 1}'))
    const level1 = readFixture('compat/parsl-p1-level1-start.dgram')
    lines.push(logged(Date.UTC(2025, 5, 1), level1), logged(Date.UTC(2025, 5, 2), `{"uuid":"t","test":true}`))
    const log = keep('parsl.log', Buffer.concat([Buffer.from(`${lines.join('\n')}\n`), Buffer.from([0xff, 0xfe])]))
    const first = await doImport(log)
    assert.deepEqual([first.accepted, first.duplicates, first.refused, first.damaged], [202, 0, 0, 4])
    const [{format, records, damaged, resumedAfter}] = first.files
    assert.deepEqual([format, records, resumedAfter], ['parsl', 208, null])
    assert.deepEqual(
      damaged.listed.map(({line}: {line: number}) => line),
      [21, 22, 23, 208],
    )
    const answers = await stats()
    assert.deepEqual([answers.runs!.total, answers.outcomes!.unknown, answers.users.low], [101, 101, 20])
    assert.deepEqual([answers.users.total, answers.users.high, answers.users.runsWithoutUser], [null, 21, 1])
    assert.deepEqual([answers.duration!.meanSeconds, answers.fields!['executors']?.mean], [60, 2])
    assert.ok(answers.runs!.periods.every(({value}) => value > 0))
    assert.deepEqual([answers.quality.clamped, answers.quality.refused], [0, 0])
    for (const text of ['203.0.113', '4813494d']) assert.deepEqual(filesWith(data, text), [])
    const again = await doImport(log, log)
    assert.deepEqual([again.accepted, again.duplicates, again.damaged], [0, 404, 8])
    assert.deepEqual(answersOf(await stats()), answersOf(answers))
  })

  const kills = [
    ['collector: events committed', true],
    ['collector: events inserted', false],
  ] as const
  for (const [point, repeated] of ofShare(kills, 2))
    it(`goes on where it was killed, and counts everything once: ${point}`, async t => {
      const {home, data, file, keep, doImport, stats} = makeScene(t)
      const runs = 3_000
      const log = keep('parsl.log', parslLog(runs).join('\n'))
      const environment = killingEnvironment({home}, {point, nth: 4, victim: 'run import'})
      const args = ['import', log, '--project-file', file, '--data', data]
      assert.equal((await runUsage(home, args, {environment})).signal, 'SIGKILL')
      const outcome = await doImport(log)
      const {resumedAfter, records} = outcome.files[0]
      assert.ok(resumedAfter > 0 && resumedAfter < 2 * runs, `resumed after ${resumedAfter}`)
      assert.equal(records, 2 * runs)
      assert.equal(outcome.duplicates > 0, repeated)
      assert.equal(outcome.accepted + outcome.duplicates, 2 * runs)
      assert.equal((await stats()).runs!.total, runs)
      assert.deepEqual(readdirSync(join(data, 'imports')), [])
    })

  itOnce('goes through the collector that writes the store, and meets what came live', async t => {
    const home = isolatedHome(t)
    const more = ['--parsl', 'parsl']
    const collector = await runningCollector(t, home, [parsl], undefined, more)
    const lines = parslLog(30, Math.floor(Date.now() / 86_400_000 - 40) * 86_400_000, 30)
    const log = join(home.home, 'parsl.log')
    writeFileSync(log, lines.join('\n'))
    const live = lines.slice(0, 2).map(line => line.slice(line.indexOf('{')))
    await sendDatagrams(collector.udp, live)
    await eventually(async () => assert.equal((await collector.stats('parsl')).quality.datagrams, 2))
    const outcome = await runUsage(home, ['import', log, '--data', collector.data, '--json'])
    const {accepted, duplicates} = JSON.parse(outcome.stdout)
    assert.deepEqual([accepted, duplicates], [58, 2])
    const refused = await fetch(`${collector.http}/v1/projects/parsl/imports`, {
      method: 'POST',
      headers: {'content-type': 'application/json', authorization: 'Bearer wrong'},
      body: JSON.stringify({format: 'parsl', at: 0, records: []}),
    })
    assert.equal(refused.status, 401)
    const {secret} = JSON.parse(readFileSync(join(collector.data, 'collector.json'), 'utf8'))
    for (const at of [-1, Date.now() + 2 * 86_400_000, 9e15, 0.5]) {
      const {status} = await fetch(`${collector.http}/v1/projects/parsl/imports`, {
        method: 'POST',
        headers: {'content-type': 'application/json', authorization: `Bearer ${secret}`},
        body: JSON.stringify({format: 'parsl', at, records: []}),
      })
      assert.equal(status, 400, `${at}`)
    }
    await collector.stop()
    assert.deepEqual(
      readdirSync(collector.data).filter(name => name.startsWith('collector')),
      [],
    )
    const {stdout} = await runUsage(home, ['stats', '--data', collector.data, '--json'])
    const {runs} = JSON.parse(stdout) as Stats
    assert.equal(runs!.total, 30)
  })
})

describe('an import of pages of Mantid’s API', () => {
  const startup = (changes: object = {}) => ({
    ...readJsonFixture('compat/mantid-startup-6.x.json'),
    dateTime: '2025-03-01T10:00:00.123456',
    ...changes,
  })
  const rows = (readJsonFixture('compat/mantid-feature-6.x.json') as {features: object[]}).features.map(row => ({
    ...row,
    mantidVersion: '6.11',
  }))
  const page = (results: unknown[]) => ({count: results.length, next: null, previous: null, results})

  itOnce('reads pages, one a line or one a file, and counts what it knows once', async t => {
    const {keep, doImport, stats} = makeScene(t, mantid)
    const results = [
      startup(),
      startup({uid: 'b'.repeat(32)}),
      ...rows,
      rows[0],
      {type: 'Algorithm'},
      startup({dateTime: 'x'}),
    ]
    const pretty = keep('page.json', JSON.stringify(page(results), null, 2))
    const first = await doImport(pretty, '--at', '2025-06-15')
    assert.deepEqual([first.accepted, first.duplicates, first.damaged], [8, 0, 2])
    assert.deepEqual(
      first.files[0].damaged.listed.map(({line}: {line: number}) => line),
      [9, 10],
    )
    const lines = [page(results.slice(0, 4)), page(results.slice(4))].map(one => JSON.stringify(one))
    const again = await doImport(keep('pages.jsonl', `${lines.join('\n')}\n{"results": [\n`), '--at', '2025-07-01')
    assert.deepEqual([again.accepted, again.duplicates, again.damaged], [0, 8, 3])
    const {runs, users, features, outcomes} = await stats()
    assert.deepEqual([runs!.total, outcomes!.unknown], [2, 2])
    // In the month of --at there are features and no runs, so these uses may be those of others.
    assert.deepEqual([users.total, users.low], [null, 2])
    assert.equal(features!.find(({name}) => name === 'Load.v1')?.count, 6)
  })

  itOnce('keeps the counts of history up to 2^53', async t => {
    const {keep, doImport, stats} = makeScene(t, mantid)
    const row = {...rows[0], count: 2e9}
    const outcome = await doImport(keep('page.json', JSON.stringify(page([row]))), '--at', '2025-06-15')
    assert.deepEqual([outcome.accepted, outcome.damaged], [1, 0])
    const {features, quality} = await stats()
    assert.deepEqual([features![0]?.count, quality.clamped], [2e9, 0])
  })

  itOnce(
    'is an error with what is read when nothing is imported: other JSON, other files (USAGE_IMPORT_UNREADABLE)',
    async t => {
      const {data, file: projectFile, keep, run} = makeScene(t, mantid)
      const others = [
        '{"hello": "world"}',
        '[{"user": "ann"}]',
        '{\n "hello": "world"\n}\n',
        'uuid,start\na,1\n',
        '{"results": [1]}',
        '',
      ]
      for (const [index, content] of others.entries()) {
        const file = keep(`other-${index}`, content)
        const {code, stderr} = await run('import', file, '--data', data, '--project-file', projectFile)
        assert.equal(code, 2, content)
        assert.match(stderr, /USAGE_IMPORT_UNREADABLE: .*log of Parsl, pages of Mantid or an export/, content)
        assert.match(stderr, /Next: .*docs\/compatibility\.md/)
      }
    },
  )

  itOnce('names the one file among others of which nothing is imported, and exits 2', async t => {
    const {data, file, keep, run} = makeScene(t, mantid)
    const good = [keep('a.json', JSON.stringify(page([rows[0]]))), keep('c.json', JSON.stringify(page([rows[1]])))]
    const wrong = keep('b.json', '{"results": [1]}')
    const args = ['import', good[0]!, wrong, good[1]!, '--data', data, '--project-file', file]
    const {code, stdout} = await run(...args)
    assert.equal(code, 2)
    assert.match(
      stdout,
      /b\.json \(mantid\)[\s\S]*Nothing was imported from this file\.[\s\S]*c\.json[\s\S]*All files.*: 2 events imported/,
    )
    const json = await run(...args, '--json')
    assert.deepEqual([json.code, JSON.parse(json.stdout).duplicates], [2, 2])
  })

  itOnce('knows a startup that has come live, whose time may have had more digits', async t => {
    const home = isolatedHome(t)
    const collector = await runningCollector(t, home, [mantid], undefined, ['--mantid', 'mantid'])
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 19)
    const live = await fetch(`${collector.http}/api/usage`, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify(startup({dateTime: `${yesterday}.123456789`})),
    })
    assert.equal(live.status, 201)
    const path = join(home.home, 'page.json')
    writeFileSync(path, JSON.stringify(page([{url: 'x', ...startup({dateTime: `${yesterday}.123456`})}])))
    const {stdout} = await runUsage(home, ['import', path, '--data', collector.data, '--json'])
    assert.deepEqual([JSON.parse(stdout).accepted, JSON.parse(stdout).duplicates], [0, 1])
  })
})

describe('an export', () => {
  itOnce('has everything: imported again, it gives the same answers', async t => {
    const {home, data, file, keep, doImport, run, stats} = makeScene(t)
    const level1 = logged(Date.UTC(2025, 5, 1), readFixture('compat/parsl-p1-level1-start.dgram'))
    const test = logged(Date.UTC(2025, 5, 2), '{"uuid":"t","test":true}')
    await doImport(keep('parsl.log', [...parslLog(120), level1, test].join('\n')))
    const report = {
      ...{protocol: 1, project: 'parsl', client: {name: 't', version: '1'}},
      header: {version: '9', user: 'a'.repeat(32), os: {name: 'Linux'}, ci: null},
      events: [
        {id: runOf(1000), type: 'start', run: runOf(1001), time: '2025-08-01T00:00:00Z', script: 'b'.repeat(32)},
        {id: runOf(1002), type: 'start', run: runOf(1001), time: '2025-08-02T00:00:00Z', repeat: 1},
        {
          id: runOf(1003),
          type: 'end',
          run: runOf(1001),
          time: '2025-08-02T10:00:00Z',
          exitCode: 3,
          fields: {executors: 2},
        },
        {id: runOf(1004), type: 'end', run: null, time: '2025-08-02T10:00:00Z', signal: 'SIGTERM'},
        {
          ...{id: runOf(1005), type: 'feature', run: runOf(1006), time: '2025-08-03T00:00:00Z'},
          featureType: 'Algorithm',
        },
        {
          ...{
            id: runOf(1007),
            type: 'feature',
            run: runOf(1008),
            time: '2025-08-03T00:00:00Z',
            count: 7,
            internal: true,
          },
        },
      ].map(event =>
        event.type === 'feature' ? {...event, featureType: 'Feature', name: 'Load.v1', details: {spectra: 4}} : event,
      ),
    }
    await doImport(keep('report.jsonl', JSON.stringify(report)))
    const exported = await run('export', '--data', data)
    const copy = join(home.home, 'copy')
    const path = keep('export.jsonl', exported.stdout)
    const outcome = await run('import', path, '--project-file', file, '--data', copy, '--json')
    assert.equal(JSON.parse(outcome.stdout).accepted, 248)
    assert.deepEqual(answersOf(await stats(copy)), answersOf(await stats()))
    const linesOf = (text: string) =>
      text
        .trimEnd()
        .replaceAll(/"store":"\w+"/g, '')
        .split('\n')
        .sort()
    assert.deepEqual(linesOf((await run('export', '--data', copy)).stdout), linesOf(exported.stdout))
    const first = await runProgram(home, ['sh', '-c', `usage export --data '${data}' | head -1 | wc -l`])
    assert.deepEqual([first.stdout.trim(), first.stderr], ['1', ''])
  })

  itOnce('says when its output is not whole (USAGE_OUTPUT_UNWRITABLE)', async t => {
    const {home, data, keep, doImport} = makeScene(t)
    await doImport(keep('parsl.log', parslLog(300).join('\n')))
    const {code, stderr} = await runProgram(home, ['sh', '-c', `usage export --data '${data}' > /dev/full`])
    assert.equal(code, 1)
    assert.match(stderr, /^USAGE_OUTPUT_UNWRITABLE: cannot write the output: ENOSPC.*\n {2}Next: .*\n$/)
  })

  itOnce('is read as far as it can be: other projects and damaged events are listed', async t => {
    const {keep, doImport} = makeScene(t)
    const envelope = {protocol: 1, client: {name: 't', version: '1'}, header: {}}
    const start = {id: runOf(1), type: 'start', run: runOf(1), time: '2025-08-01T00:00:00Z'}
    const lines = [
      {...envelope, project: 'parsl', events: [start, {...start, id: 'x'}]},
      {...envelope, project: 'other', events: [start]},
      {...envelope, project: 'parsl'},
    ].map(line => JSON.stringify(line))
    const {accepted, damaged, files} = await doImport(keep('e.jsonl', `${lines.join('\n')}\n{"cut`))
    assert.deepEqual([accepted, damaged], [1, 4])
    assert.match(files[0].damaged.listed[0].message, /^event 2: /)
  })
})

describe('usage import', () => {
  itOnce('takes for --at a time since 1970 that is not to come, and names the flag otherwise', async t => {
    const {data, file, keep, run} = makeScene(t)
    const log = keep('parsl.log', parslLog(1).join('\n'))
    for (const at of ['1969-01-01', '2999-01-01', 'yesterday']) {
      const {code, stderr} = await run('import', log, '--at', at, '--project-file', file, '--data', data)
      assert.deepEqual(
        [code, /^USAGE_WRONG_USE: --at: must be (?:a time|between 1970 and now)/.test(stderr)],
        [2, true],
        stderr,
      )
    }
    assert.equal((await run('import', log, '--at', '1970-01-01', '--project-file', file, '--data', data)).code, 0)
  })

  itOnce(
    'says what it cannot read (USAGE_IMPORT_UNREADABLE), and shows a bar on a terminal alone',
    needs('script'),
    async t => {
      const {home, data, file, keep, run} = makeScene(t)
      for (const path of ['/nonexistent', home.home, keep('text', 'hello\n'), keep('empty', '')]) {
        const {code, stderr} = await run('import', path, '--project-file', file, '--data', data)
        assert.deepEqual([code, /USAGE_IMPORT_UNREADABLE/.test(stderr)], [2, true], `${path}: ${stderr}`)
      }
      const log = keep('parsl.log', parslLog(1).join('\n'))
      const words = `usage import '${log}' --project-file '${file}' --data '${data}'`
      const plain = await runProgram(home, ['sh', '-c', words])
      assert.match(plain.stdout, /2 records; 2 events imported/)
      assert.equal(plain.stderr, '')
      const onTerminal = await runProgram(home, ['script', '-qec', words, '/dev/null'])
      assert.match(onTerminal.stdout, /100 % {2}2 records/)
    },
  )
})
