import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {TestContext} from 'node:test'
import {eventually} from '../../support/eventually.ts'
import {administratorsPath} from '../../support/needs.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {freePorts} from '../servers/free-ports.ts'

export interface Balancer {
  /** The address that clients use. */
  readonly url: string
  /** For each collector, whether it gets requests. */
  states(): Promise<readonly boolean[]>
}

/** Milliseconds between two checks of a collector. Two that fail take it out, one that succeeds brings it back. */
const checkMs = 200

/**
 * Starts Debian's haproxy in front of collectors, on a free port of 127.0.0.1. It sends each request to the next
 * collector whose `/readyz` has status 200. It ends with the test, and with the test's process however that ends. Needs
 * `haproxy` and `setpriv`.
 *
 * @param collectors addresses such as `http://127.0.0.1:20123`
 */
export async function startBalancer(t: Pick<TestContext, 'after'>, collectors: readonly string[]): Promise<Balancer> {
  const [port, statesPort] = (await freePorts(2)) as [number, number]
  const file = join(temporaryDirectory(t), 'haproxy.cfg')
  writeFileSync(file, configuration(port, statesPort, collectors))
  const program = join(administratorsPath, 'haproxy')
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, '-db', '-f', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let written = ''
  child.stderr.on('data', chunk => (written += chunk))
  const exited = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await exited
  })

  async function states(): Promise<readonly boolean[]> {
    const table = await (await fetch(`http://127.0.0.1:${statesPort}/;csv`, {headers: {connection: 'close'}})).text()
    return collectors.map((_, index) => new RegExp(`^collectors,c${index},.*,UP,`, 'm').test(table))
  }
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`haproxy ended with ${child.exitCode}:\n${written}`)
    await states()
  })
  return {url: `http://127.0.0.1:${port}`, states}
}

const configuration = (port: number, statesPort: number, collectors: readonly string[]): string => `
global
  maxconn 1000
  nbthread 1
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout check 2s
frontend clients
  bind 127.0.0.1:${port}
  default_backend collectors
frontend states
  bind 127.0.0.1:${statesPort}
  stats enable
  stats uri /
backend collectors
  balance roundrobin
  option redispatch
  option httpchk GET /readyz
  http-check expect status 200
  default-server check inter ${checkMs} fall 2 rise 1
${collectors.map((url, index) => `  server c${index} ${new URL(url).host}`).join('\n')}
`
