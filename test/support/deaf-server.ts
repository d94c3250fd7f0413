import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {connect, type Socket} from 'node:net'
import type {TestContext} from 'node:test'

const program = `require('node:net').createServer().listen({port: 0, host: '127.0.0.1', backlog: 1}, function () {
  process.stdout.write(String(this.address().port))
})`

/**
 * A port of 127.0.0.1 that neither accepts nor refuses connections, like an address behind a firewall: its process is stopped
 * and its queue is full. Linux drops what comes then.
 */
export async function deafServer(t: Pick<TestContext, 'after'>): Promise<string> {
  const child: ChildProcess = spawn(process.execPath, ['-e', program], {stdio: ['ignore', 'pipe', 'inherit']})
  t.after(() => child.kill('SIGKILL'))
  const [port] = (await once(child.stdout!, 'data')) as [Buffer]
  child.kill('SIGSTOP')
  const fillers: Socket[] = Array.from({length: 4}, () => connect(Number(port), '127.0.0.1').on('error', () => {}))
  t.after(() => fillers.forEach(socket => void socket.destroy()))
  await Promise.all(fillers.slice(0, 2).map(socket => once(socket, 'connect')))
  return `http://127.0.0.1:${port}`
}
