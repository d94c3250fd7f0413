/** Datagrams for a second at different rates: how many a collector stores, that it counts all others, and its memory. */
import {spawn} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {createSocket, type Socket} from 'node:dgram'
import {once} from 'node:events'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {DatabaseSync} from 'node:sqlite'
import {setTimeout as wait} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {makeUuidV7} from '../src/protocol/values/uuid.ts'

const rates = [5_000, 10_000, 20_000, 40_000, 60_000] as const
/** Seconds after which all datagrams must be accounted for. */
const patienceSeconds = 30

export async function benchDatagrams(): Promise<string[]> {
  const lines = ['| sent in a second | stored | lost | not accounted for | peak memory |', '|---|---|---|---|---|']
  for (const rate of rates) {
    const {stored, lost, megabytes} = await floodCollector(rate)
    lines.push(`| ${rate} | ${stored} | ${lost} | ${rate - stored - lost} | ${megabytes} MB |`)
  }
  return [`Datagrams, each with one event\n\n${lines.join('\n')}\n`]
}

async function floodCollector(rate: number): Promise<{stored: number; lost: number; megabytes: number}> {
  const directory = mkdtempSync(join(tmpdir(), 'usage-bench-'))
  const projects = join(directory, 'projects')
  const data = join(directory, 'data')
  mkdirSync(projects)
  const project = {
    project: 'bench',
    contact: 'a@example.org',
    purpose: ['Rates'],
    endpoint: {http: 'https://a.example'},
  }
  writeFileSync(join(projects, 'bench.json'), JSON.stringify(project))
  const program = fileURLToPath(new URL('../bin/run.js', import.meta.url))
  const where = ['--projects', projects, '--data', data, '--http', '127.0.0.1:0', '--udp', '127.0.0.1:0']
  const collector = spawn(process.execPath, [program, 'collect', '--json', ...where], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const [line] = (await once(createInterface(collector.stdout), 'line')) as [string]
    const {udp} = JSON.parse(line) as {udp: string}
    await sendEvenly(udp, rate)
    const counts = await untilAccounted(join(data, 'usage.sqlite'), rate)
    return {...counts, megabytes: peakMegabytes(collector.pid!)}
  } finally {
    collector.kill('SIGTERM')
    await once(collector, 'exit')
    rmSync(directory, {recursive: true})
  }
}

/** Sends so many datagrams in a second, a part of them each millisecond. */
async function sendEvenly(udp: string, rate: number): Promise<void> {
  const [host = '', port] = udp.split(':')
  const socket = createSocket('udp4')
  socket.bind(0)
  await once(socket, 'listening')
  const datagrams = Array.from({length: rate}, datagramOf)
  const beginMs = performance.now()
  for (let sent = 0; sent < rate; ) {
    const due = Math.min(rate, Math.ceil(((performance.now() - beginMs) / 1000) * rate))
    const part = datagrams.slice(sent, due)
    await Promise.all(part.map(datagram => send(socket, datagram, Number(port), host)))
    sent = Math.max(sent, due)
    await new Promise(setImmediate)
  }
  socket.close()
}

const send = (socket: Socket, datagram: string, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) =>
    socket.send(datagram, port, host, error => (error === null ? resolve() : reject(error))),
  )

function datagramOf(): string {
  const [id, run] = [makeUuidV7(Date.now(), randomBytes(10)), makeUuidV7(Date.now(), randomBytes(10))]
  const event = {id, type: 'start', run, time: new Date().toISOString(), script: null, repeat: 0, fields: {}}
  const header = {user: run.replaceAll('-', ''), version: '1.0', os: {name: 'Linux'}}
  const report = {protocol: 1, project: 'bench', client: {name: 'bench', version: '1'}, header, events: [event]}
  return `2${JSON.stringify(report)}`
}

async function untilAccounted(path: string, sent: number): Promise<{stored: number; lost: number}> {
  const database = new DatabaseSync(path, {readOnly: true})
  const count = database.prepare(`
    SELECT (SELECT count(*) FROM runs) AS stored,
      (SELECT coalesce(sum(count), 0) FROM quality WHERE counter = 'datagrams-lost') AS lost`)
  try {
    for (const until = performance.now() + patienceSeconds * 1000; ; await wait(200)) {
      const {stored, lost} = count.get() as {stored: number; lost: number}
      if (stored + lost >= sent || performance.now() > until) return {stored, lost}
    }
  } finally {
    database.close()
  }
}

/** The largest memory that a process had. 0 where the system does not tell. */
function peakMegabytes(pid: number): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
  } catch {
    return 0
  }
}
