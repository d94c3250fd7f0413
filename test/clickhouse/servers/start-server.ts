import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, openSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {setTimeout as wait} from 'node:timers/promises'
import {launcher, serverLibrary} from './installation.ts'

/** A ClickHouse server of its own process, which starts again when it dies. */
export interface Server {
  /** The process ids of the launcher and of the server of the moment. */
  pids(): readonly number[]
  /** Kills the server with SIGKILL and resolves when it has ended. It starts again after 0.3 s. */
  kill(): Promise<void>
  /** Kills the server with SIGKILL; it stays down until the returned function is called. */
  takeDown(): Promise<() => void>
  /** Resolves when the server answers. After 60 s, throws an error with the ends of its logs. */
  ready(): Promise<void>
  /** Resolves when both processes have ended. */
  stop(): Promise<void>
}

const startSeconds = 60
const logBytes = 2000

/** Opens the ports. As the program ends with its query, the last query takes days. */
const queries = [
  'SYSTEM START LISTEN HTTP',
  'SYSTEM START LISTEN TCP',
  'SELECT sum(sleepEachRow(1)) FROM numbers(1000000) ' +
    'SETTINGS function_sleep_max_microseconds_per_block = 0, max_block_size = 1',
].join('; ')

/**
 * Starts the server of a folder that `writeServerFiles` has written. It ends with the calling process, however that ends.
 *
 * @param url where the server answers HTTP
 */
export function startServer(folder: string, url: string): Server {
  const output = openSync(join(folder, 'output'), 'a')
  const settings = [`--config-file=${join(folder, 'config.xml')}`, `--path=${join(folder, 'data')}`]
  const child = spawn(launcher, [String(process.pid), serverLibrary, ...settings, `--query=${queries}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', output],
  })
  closeSync(output)
  const exited = once(child, 'exit')
  const last = lastLine(child)

  async function kill(): Promise<void> {
    const pid = Number(last())
    process.kill(pid, 'SIGKILL')
    while (isRunning(pid)) await wait(5)
  }

  return {
    pids: () => [child.pid ?? 0, Number(last())],
    kill,
    async takeDown() {
      child.kill('SIGSTOP')
      await kill()
      return () => child.kill('SIGCONT')
    },
    async ready() {
      const deadline = Date.now() + startSeconds * 1000
      while (!(await answers(url))) {
        if (Date.now() > deadline || child.exitCode !== null || child.signalCode !== null)
          throw new Error(`No ClickHouse server answers at ${url}.\n${endsOfLogs(folder)}`)
        await wait(20)
      }
    },
    async stop() {
      child.ref()
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** Follows the standard output of a process without keeping this one alive. */
function lastLine(child: ChildProcess): () => string {
  let last = ''
  createInterface({input: child.stdout!}).on('line', line => {
    last = line
  })
  child.unref()
  ;(child.stdout as unknown as {unref(): void}).unref()
  return () => last
}

/** A process that has ended stays a zombie until its parent, the launcher, takes note. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ping`, {headers: {connection: 'close'}, signal: AbortSignal.timeout(2000)})).ok
  } catch {
    return false
  }
}

const endsOfLogs = (folder: string): string =>
  ['output', 'errors'].map(name => `${name}:\n${endOf(join(folder, name))}`).join('\n')

function endOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-logBytes)
  } catch {
    return '(no such file)'
  }
}
