import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

/** The cluster of `remote_servers` that contains all servers, one shard each. */
export const clusterName = 'usage'

export interface Account {
  /** Of letters, digits and underscores. */
  readonly user: string
  readonly password: string
}

export interface ServerPorts {
  readonly http: number
  /** The native protocol, which a server uses to ask the other shards. */
  readonly tcp: number
}

/** Megabytes that a server may use. Above it, a query fails with error 241. */
const maxMemoryMegabytes = 2000

/** Writes the configuration of one server into its folder. The data goes there, too. */
export function writeServerFiles(
  folder: string,
  ports: ServerPorts,
  tcpPorts: readonly number[],
  account: Account | null,
): void {
  mkdirSync(join(folder, 'data'), {recursive: true})
  writeFileSync(join(folder, 'users.xml'), usersFile(account))
  writeFileSync(join(folder, 'config.xml'), configFile(folder, ports, tcpPorts, account))
}

const configFile = (folder: string, {http, tcp}: ServerPorts, tcpPorts: readonly number[], account: Account | null) =>
  `<clickhouse>
  <logger><level>warning</level><log>${folder}/log</log><errorlog>${folder}/errors</errorlog></logger>
  <path>${folder}/data/</path>
  <users_config>${folder}/users.xml</users_config>
  <listen_host>127.0.0.1</listen_host>
  <http_port>${http}</http_port>
  <tcp_port>${tcp}</tcp_port>
  <max_server_memory_usage>${maxMemoryMegabytes * 1_000_000}</max_server_memory_usage>
  <mark_cache_size>67108864</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <remote_servers><${clusterName}>
${tcpPorts.map(port => shard(port, account)).join('\n')}
  </${clusterName}></remote_servers>
</clickhouse>
`

const shard = (port: number, account: Account | null) =>
  `    <shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>${port}</port>` +
  `${account === null ? '' : `<user>${account.user}</user><password>${escapeXml(account.password)}</password>`}</replica></shard>`

/**
 * Without an account, everybody is `default` without a password. With an account, `default` may only start to listen:
 * the program around the server runs as this user, and needs it without a password.
 */
const usersFile = (account: Account | null) =>
  `<clickhouse>
  <profiles><default><max_threads>2</max_threads>${neverCompiled}</default></profiles>
  <quotas><default/></quotas>
  <users>
    <default><password></password>${ofUser}${
      account === null ? '' : '<grants><query>GRANT SYSTEM LISTEN ON *.*</query></grants>'
    }</default>
${account === null ? '' : `    <${account.user}><password>${escapeXml(account.password)}</password>${ofUser}</${account.user}>\n`}  </users>
</clickhouse>
`

/** Compiling an expression takes up to a second, and a test evaluates it on some rows. */
const neverCompiled = ['compile_expressions', 'compile_aggregate_expressions', 'compile_sort_description']
  .map(name => `<${name}>0</${name}>`)
  .join('')

const ofUser = '<networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>'

const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
