import assert from 'node:assert/strict'
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {existsSync} from 'node:fs'
import {connect} from 'node:net'
import {join} from 'node:path'
import {test} from 'node:test'
import {promisify} from 'node:util'
import {openCollector} from '../../src/collector/collector.ts'
import {collectorLimits} from '../../src/collector/limits.ts'
import {openLog} from '../../src/collector/monitoring/write-log.ts'
import {openSqliteSource} from '../../src/collector/store/sqlite/source.ts'
import {limits} from '../../src/protocol/values/limits.ts'
import {answerStats} from '../../src/stats/answer/answer.ts'
import {parseStatsQuery} from '../../src/stats/model/query.ts'
import {sendDatagrams} from '../support/send-datagrams.ts'
import {
  codeOf,
  type Folders,
  get,
  makeFolders,
  post,
  postReport,
  spawnCollector,
  startCollector,
} from './running-collector.ts'
import {
  endOf,
  featureOf,
  hourMs,
  nowMs,
  pseudonym,
  reportOf,
  sampleHeader,
  sampleProject,
  startOf,
  uuid,
  writtenProject,
} from './samples.ts'

/** The answers of a data folder, read as `usage stats --data` does. */
async function statsOf({dataDirectory}: Folders) {
  const source = openSqliteSource(dataDirectory)
  try {
    const query = parseStatsQuery({project: 'parsl'}, nowMs)
    return await answerStats(source, sampleProject(), query, nowMs)
  } finally {
    await source.close()
  }
}

test('it gives the read token at its first start and never again', async t => {
  const folders = makeFolders(t)
  const options = {...folders, host: '127.0.0.1', port: 0, now: () => nowMs}
  const first = await openCollector(options)
  await first.close()
  const second = await openCollector(options)
  await second.close()
  assert.ok(first.token !== null && second.token === null)
})

test('it stores the project files for the readers of its store', async t => {
  const folders = makeFolders(t)
  await startCollector(t, folders)
  const source = openSqliteSource(folders.dataDirectory)
  t.after(() => source.close())
  assert.deepEqual(await source.projects(), [sampleProject()])
})

test('it lets others read its store while it accepts reports', async t => {
  const folders = makeFolders(t)
  const {http} = await startCollector(t, folders)
  await postReport(http, reportOf([startOf(1, nowMs)]))
  assert.equal((await statsOf(folders)).runs!.total, 1)
  await postReport(http, reportOf([startOf(2, nowMs)]))
  assert.equal((await statsOf(folders)).runs!.total, 2)
})

test('it has stored every acknowledged event once after it was killed under load', async t => {
  const folders = makeFolders(t)
  const collector = await spawnCollector(t, folders)
  const reports = Array.from({length: 120}, (_, index) =>
    reportOf([
      startOf(index, nowMs - hourMs),
      endOf(index, nowMs),
      ...[0, 1, 2].map(part => featureOf(index * 3 + part, nowMs, {run: uuid('r', index)})),
    ]),
  )
  const acknowledged: object[] = []
  const waiting = [...reports]
  const send = async (): Promise<void> => {
    for (let report = waiting.pop(); report !== undefined; report = waiting.pop()) {
      await postReport(collector.http, report)
      if (acknowledged.push(report) === 40) await collector.kill()
    }
  }
  await Promise.allSettled(Array.from({length: 8}, send))
  assert.ok(acknowledged.length >= 40 && acknowledged.length < 120)
  const {http} = await startCollector(t, folders)
  for (const report of acknowledged)
    assert.deepEqual(await postReport(http, report), {accepted: 0, duplicates: 5, rejected: []})
  for (const report of reports) await postReport(http, report)
  const stats = await statsOf(folders)
  assert.deepEqual([stats.runs!.total, stats.outcomes!.ok, stats.features![0]!.count], [120, 120, 360])
})

test('it locks its data folder until it closes or dies', async t => {
  const folders = makeFolders(t)
  const killed = await spawnCollector(t, folders)
  await assert.rejects(startCollector(t, folders), {code: 'USAGE_STORE_LOCKED'})
  await killed.kill()
  const closed = await startCollector(t, folders)
  await assert.rejects(startCollector(t, folders), {code: 'USAGE_STORE_LOCKED'})
  await closed.close()
  await startCollector(t, folders)
})

test('it answers a running request before it closes, and accepts no other', async t => {
  const folders = makeFolders(t)
  const collector = await startCollector(t, folders)
  const body = JSON.stringify(reportOf([startOf(1, nowMs)]))
  const socket = connect(Number(new URL(collector.http).port), '127.0.0.1').setEncoding('utf8')
  const head = ['POST /v1/reports HTTP/1.1', 'Host: x', 'Content-Type: application/json', 'Expect: 100-continue']
  socket.write(`${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n`)
  assert.match(String((await once(socket, 'data'))[0]), /100 Continue/)
  const closed = collector.close()
  await assert.rejects(postReport(collector.http, reportOf([startOf(2, nowMs)])))
  socket.write(body)
  assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 200 .*"accepted":1/s)
  await closed
  assert.equal((await statsOf(folders)).runs!.total, 1)
})

test('it closes while idle connections are held open', async t => {
  const collector = await startCollector(t)
  const socket = connect(Number(new URL(collector.http).port), '127.0.0.1')
  await once(socket, 'connect')
  await collector.close()
  socket.destroy()
})

test('it names an address that is unavailable, and releases the store', async t => {
  const folders = makeFolders(t)
  const {http} = await startCollector(t, makeFolders(t))
  const port = Number(new URL(http).port)
  for (const changes of [{port}, {host: '203.0.113.1'}])
    await assert.rejects(startCollector(t, folders, changes), {code: 'USAGE_ADDRESS_UNAVAILABLE'})
  await startCollector(t, folders)
})

test('it runs without datagrams if the default address is in use', async t => {
  const udp = {host: '127.0.0.1', port: 0, isOptional: true}
  const first = await startCollector(t, makeFolders(t), {udp})
  const port = Number(first.udp?.split(':')[1])
  assert.ok(port > 0 && (first.udpReceiveBufferBytes ?? 0) > 0)
  const second = await startCollector(t, makeFolders(t), {udp: {...udp, port}})
  assert.deepEqual([second.udp, second.udpReceiveBufferBytes], [null, null])
  const folders = makeFolders(t)
  const changes = {udp: {...udp, port, isOptional: false}}
  await assert.rejects(startCollector(t, folders, changes), {code: 'USAGE_ADDRESS_UNAVAILABLE', next: /--udp/})
  await startCollector(t, folders)
})

test('it stores and purges nothing on a clock that its store contradicts, until senders agree with it', async t => {
  const folders = makeFolders(t)
  const first = await startCollector(t, folders)
  await postReport(first.http, reportOf([featureOf(1, nowMs)]))
  await first.close()
  const aheadMs = 3_653 * 24 * hourMs
  const retention = {firstAfterMs: 0, everyMs: 5}
  const front = {isProxy: (address?: string) => address === '127.0.0.1'}
  const {http} = await startCollector(t, folders, {now: () => nowMs + aheadMs, retention, front})
  const sentAt = (atMs: number, from = '127.0.0.1') => ({
    'Usage-Sent-At': new Date(atMs).toISOString(),
    'X-Forwarded-For': from,
  })
  const refused = await post(http, reportOf([featureOf(2, nowMs)]), sentAt(nowMs))
  assert.deepEqual([refused.status, refused.headers.has('Retry-After')], [503, true])
  assert.equal(codeOf(refused), 'USAGE_CLOCK_DOUBTED')
  const {status, body} = await get(http, '/readyz')
  const {checks} = body as {checks: {name: string; ok: boolean}[]}
  assert.deepEqual([status, checks.find(({name}) => name === 'clock')?.ok], [503, false])
  assert.equal((await statsOf(folders)).features?.[0]?.count, 1)
  const stranger = Array<string>(6).fill('192.0.2.1')
  for (const from of [
    ...stranger,
    ...Array<string>(6).fill('::ffff:127.0.0.1'),
    '2001:db8::1',
    '2001:db8::2',
    '2001:db8:1::1',
    '192.0.2.2',
  ])
    assert.equal((await post(http, reportOf([featureOf(2, nowMs)]), sentAt(nowMs + aheadMs, from))).status, 503)
  await postReport(http, reportOf([featureOf(3, nowMs + aheadMs)]), sentAt(nowMs + aheadMs, '192.0.2.3'))
})

test('it stores no datagram on a clock that its store contradicts, and counts each as lost', async t => {
  const folders = makeFolders(t)
  const first = await startCollector(t, folders)
  await postReport(first.http, reportOf([featureOf(1, nowMs)]))
  await first.close()
  const aheadMs = 3_653 * 24 * hourMs
  const udp = {host: '127.0.0.1', port: 0, isOptional: false}
  const second = await startCollector(t, folders, {now: () => nowMs + aheadMs, udp})
  const datagrams = [2, 3, 4].map(number => `2${JSON.stringify(reportOf([featureOf(number, nowMs)]))}`)
  await sendDatagrams(second.udp!, datagrams)
  await second.close()
  const {features, quality} = await statsOf(folders)
  assert.deepEqual([features![0]?.count, quality.datagrams, quality.datagramsLost], [1, 0, 3])
})

test('it folds new values of one address, and leaves room for those of another', async t => {
  const folders = makeFolders(t)
  const {http} = await startCollector(t, folders, {front: {isProxy: () => true}})
  const half = collectorLimits.maxNewValuesADay.agent / 2
  const send = (number: number, from: string) =>
    postReport(http, reportOf([featureOf(number, nowMs)], {header: sampleHeader({agent: `agent ${number}`})}), {
      'X-Forwarded-For': from,
    })
  for (let number = 0; number <= half; number++) await send(number, '192.0.2.1')
  assert.equal((await statsOf(folders)).quality.folded, 1)
  await send(half + 1, '192.0.2.2')
  assert.equal((await statsOf(folders)).quality.folded, 1)
})

test('it answers 503 below the floor of free disk space, and 200 again above it', async t => {
  const folders = makeFolders(t)
  const lines: string[] = []
  const log = openLog('error', 'text', line => lines.push(line))
  const first = await startCollector(t, folders, {minFreeBytes: 2 ** 60, log})
  for (const run of [1, 2]) {
    const {status, headers} = await post(first.http, reportOf([startOf(run, nowMs)]))
    assert.deepEqual([status, headers.has('Retry-After')], [503, true])
  }
  assert.equal((await get(first.http, '/readyz')).status, 503)
  const trial = await fetch(`${first.http}/v1/reports?dryRun=1`, {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(reportOf([startOf(3, nowMs)])),
  })
  assert.equal(trial.status, 503)
  assert.match(JSON.stringify(await trial.json()), /USAGE_STORE_UNWRITABLE.*disk: /)
  assert.equal(lines.filter(line => /ERROR not ready name=disk /.test(line)).length, 1)
  await first.close()
  const second = await startCollector(t, folders, {minFreeBytes: 0})
  await postReport(second.http, reportOf([startOf(1, nowMs)]))
})

test('it receives datagrams on IPv6', async t => {
  const {udp} = await startCollector(t, makeFolders(t), {udp: {host: '::1', port: 0, isOptional: false}})
  assert.match(udp ?? '', /^\[::1\]:\d+$/)
})

test('it listens on IPv6 and returns an address that works', async t => {
  const {http} = await startCollector(t, makeFolders(t), {host: '::1'})
  assert.match(http, /^http:\/\/\[::1\]:\d+$/)
  assert.equal((await fetch(`${http}/healthz`)).status, 200)
})

test('it logs its whole configuration, its end, and nothing of a sender', async t => {
  const lines: string[] = []
  const log = openLog('debug', 'json', line => lines.push(line))
  const udp = {host: '127.0.0.1', port: 0, isOptional: false}
  const folders = makeFolders(t, [writtenProject({writeKey: 'S3CRET-key'})])
  const collector = await openCollector({...folders, host: '127.0.0.1', port: 0, now: () => nowMs, udp, log})
  const headers = {Authorization: 'Bearer S3CRET-key', 'User-Agent': 'S3CRET', 'X-Forwarded-For': '192.0.2.7'}
  const header = {application: 'S3CRET', version: 'S3CRET', user: pseudonym('ann')}
  const old = startOf(9, nowMs - 31 * 24 * hourMs)
  await postReport(collector.http, reportOf([startOf(1, nowMs, {script: pseudonym('ann')}), old], {header}), headers)
  await post(collector.http, {project: 'S3CRET', protocol: 1, events: [], header}, headers)
  await fetch(`${collector.http}/S3CRET?share=S3CRET`, {headers})
  const socket = createSocket('udp4').unref()
  const send = promisify<string, number, string>(socket.send.bind(socket))
  for (const datagram of ['zzz S3CRET', '2{"project": "S3CRET"'])
    await send(datagram, Number(collector.udp?.split(':')[1]), '127.0.0.1')
  await collector.close()
  const [first, ...others] = lines.map(line => JSON.parse(line))
  assert.equal(first.message, 'started')
  assert.deepEqual(
    [first.http, first.udp.address, first.data, first.projectsFrom, first.projects],
    [collector.http, collector.udp, folders.dataDirectory, folders.projectsDirectory, ['parsl']],
  )
  assert.equal(first.limits.maxBodyBytes, limits.maxBodyBytes)
  assert.deepEqual(
    others.map(({message, code}) => [message, code]).filter(([, code]) => code !== 'unknown'),
    [
      ['events refused', 'event-too-old'],
      ['refused', 'USAGE_REPORT_UNPARSABLE'],
      ['refused', 'USAGE_NOT_FOUND'],
      ['stopping', undefined],
      ['stopped', undefined],
    ],
  )
  assert.ok(others.some(({by, code}) => by === 'udp' && code === 'unknown'))
  for (const secret of ['S3CRET', '192.0.2.7', pseudonym('ann')])
    assert.doesNotMatch(lines.join(''), new RegExp(secret))
})

test('it creates no data folder if there is no project', async t => {
  const folders = makeFolders(t, [])
  await assert.rejects(startCollector(t, folders), {code: 'USAGE_PROJECTS_UNREADABLE'})
  assert.equal(existsSync(join(folders.dataDirectory)), false)
})
