import {spawn} from 'node:child_process'
import type {IsolatedHome} from './isolated-home.ts'
import {repositoryPath} from './repository.ts'

export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  /** Variables added to the environment of the home. */
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  /** The program is killed after this time, and `signal` is SIGKILL. Default: 50. */
  readonly timeoutSeconds?: number
  /** When this resolves, the program and its process group are killed. */
  readonly killedAfter?: Promise<unknown>
  /** The program leads its own process group: its process id is the id of the group. */
  readonly isGroupLeader?: boolean
  /** Called after each output, with the whole stdout so far and the process id. */
  readonly onOutput?: (stdout: string, pid: number) => void
}

/** Runs a program in an isolated home. Resolves when it has ended and its output is closed. */
export function runProgram(
  home: IsolatedHome,
  [command, ...args]: readonly [string, ...string[]],
  {
    cwd = home.home,
    environment = {},
    input = '',
    timeoutSeconds = 50,
    killedAfter,
    isGroupLeader = killedAfter !== undefined,
    onOutput,
  }: RunOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: {...home.environment, ...environment},
      timeout: timeoutSeconds * 1000,
      killSignal: 'SIGKILL',
      detached: isGroupLeader,
    })
    void killedAfter?.then(() => killGroup(child.pid ?? 0))
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', chunk => {
      stdout += chunk
      if (child.pid !== undefined) onOutput?.(stdout, child.pid)
    })
    child.stderr.setEncoding('utf8').on('data', chunk => (stderr += chunk))
    child.stdin.on('error', () => {}).end(input)
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({code, signal, stdout, stderr}))
  })
}

/** Kills a process group. It may have ended by itself. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Runs the real bin/run.js with the Node.js of the tests. */
export function runUsage(home: IsolatedHome, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return runProgram(home, [process.execPath, repositoryPath('bin', 'run.js'), ...args], options)
}

/** Runs the text of a script in a shell (`sh`, `bash`, `dash`) with `usage` on its PATH. */
export function runShell(
  home: IsolatedHome,
  shell: string,
  script: string,
  options: RunOptions = {},
): Promise<Outcome> {
  return runProgram(home, [shell, '-c', script], options)
}
