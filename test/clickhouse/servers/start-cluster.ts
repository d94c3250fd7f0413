/**
 * Real ClickHouse servers for tests: one, or two that are the shards of a cluster. Each is a process on free ports of
 * 127.0.0.1 with a data folder of its own, and starts again when it dies. It ends with the process that started it.
 */
import {mkdirSync, mkdtempSync, realpathSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {freePorts} from './free-ports.ts'
import {type Account, clusterName, writeServerFiles} from './server-files.ts'
import {type Server, startServer} from './start-server.ts'

export interface ClusterOptions extends Partial<Account> {
  readonly shards: 1 | 2
}

export interface Cluster {
  /** The HTTP address of each server, without a user: `http://127.0.0.1:20123`. */
  readonly urls: readonly string[]
  /** The name of the cluster for `Distributed` tables. All servers belong to it, also when there is only one. */
  readonly name: string
  /** `default` and an empty password, unless they were given. */
  readonly account: Account
  /** The data folder of each server. */
  readonly dataFolders: readonly string[]
  /** Runs one statement on one server and returns its output, without the line end. Throws what the server answers. */
  sql(shard: number, statement: string): Promise<string>
  /** Runs one statement on every server, one after the other. */
  sqlEverywhere(statement: string): Promise<readonly string[]>
  /** Stops merges in the background on every server, until `startMerges` or until the server starts again. */
  stopMerges(): Promise<void>
  startMerges(): Promise<void>
  /** Merges all parts of a table of one server or more: `usage.runs`. Needs merges that are not stopped. */
  mergeAll(table: string): Promise<void>
  /** Kills a server with SIGKILL, and resolves when it has ended. It starts again by itself. */
  kill(shard: number): Promise<void>
  /** Kills a server with SIGKILL. It stays down until the returned function is called, and answers when that resolves. */
  takeDown(shard: number): Promise<() => Promise<void>>
  /** Resolves when every server answers. After 60 s, throws an error with the ends of a server's logs. */
  ready(): Promise<void>
  /** The process ids of the launchers and the servers. */
  pids(): readonly number[]
  /** Ends all processes and removes their data. */
  stop(): Promise<void>
}

/**
 * Starts servers and resolves when all of them answer, which takes about a second. The caller calls `stop`.
 *
 * With a user, the user `default` exists nevertheless, and may do nothing.
 */
export async function startCluster({shards, user, password = ''}: ClusterOptions): Promise<Cluster> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'usage-clickhouse-')))
  const ports = await freePorts(2 * shards)
  const httpPorts = ports.slice(0, shards)
  const tcpPorts = ports.slice(shards)
  const folders = httpPorts.map((_, index) => join(directory, String(index)))
  const urls = httpPorts.map(port => `http://127.0.0.1:${port}`)
  const account = user === undefined ? null : {user, password}
  const servers = folders.map((folder, index): Server => {
    mkdirSync(folder)
    writeServerFiles(folder, {http: httpPorts[index]!, tcp: tcpPorts[index]!}, tcpPorts, account)
    return startServer(folder, urls[index]!)
  })
  const known = account ?? {user: 'default', password: ''}
  const sql = (shard: number, statement: string) => ask(urls[shard]!, known, statement)

  async function sqlEverywhere(statement: string): Promise<readonly string[]> {
    const answers: string[] = []
    for (const shard of urls.keys()) answers.push(await sql(shard, statement))
    return answers
  }
  async function ready(): Promise<void> {
    await Promise.all(servers.map(server => server.ready()))
  }
  async function stop(): Promise<void> {
    await Promise.all(servers.map(server => server.stop()))
    rmSync(directory, {recursive: true, force: true, maxRetries: 3})
  }

  try {
    await ready()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    urls,
    name: clusterName,
    account: known,
    dataFolders: folders.map(folder => join(folder, 'data')),
    sql,
    sqlEverywhere,
    stopMerges: async () => void (await sqlEverywhere('SYSTEM STOP MERGES')),
    startMerges: async () => void (await sqlEverywhere('SYSTEM START MERGES')),
    mergeAll: async table =>
      void (await sqlEverywhere(`OPTIMIZE TABLE ${table} FINAL SETTINGS optimize_skip_merged_partitions = 1`)),
    kill: shard => servers[shard]!.kill(),
    async takeDown(shard) {
      const start = await servers[shard]!.takeDown()
      return async () => {
        start()
        await servers[shard]!.ready()
      }
    },
    ready,
    pids: () => servers.flatMap(server => server.pids()),
    stop,
  }
}

/** Uses a connection of its own, as the server closes those that have been silent. */
async function ask(url: string, {user, password}: Account, statement: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {'x-clickhouse-user': user, 'x-clickhouse-key': password, connection: 'close'},
    body: statement,
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${text.trim()}\n${statement}`)
  return text.trimEnd()
}
