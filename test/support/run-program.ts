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
  /** What is added to the environment of the home. */
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  /** The program is killed after it, and the outcome has the signal. */
  readonly timeoutSeconds?: number
  /** The program and all that it started are killed when this resolves. */
  readonly killedAfter?: Promise<unknown>
  /** The program leads a process group of its own: its process id is the id of the group. */
  readonly isGroupLeader?: boolean
  /** Called whenever stdout has grown, with all of it so far and the process id. */
  readonly onOutput?: (stdout: string, pid: number) => void
}

/** Runs a program as the person of the home and resolves when it ended and its output is closed. */
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
    void killedAfter?.then(() => process.kill(-(child.pid ?? 0), 'SIGKILL'))
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

/** Runs the real bin/run.js by the Node.js that runs the tests. */
export function runUsage(home: IsolatedHome, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return runProgram(home, [process.execPath, repositoryPath('bin', 'run.js'), ...args], options)
}

/** Runs a script's text by a shell (`sh`, `bash`, `dash`) that finds `usage` on its PATH. */
export function runShell(
  home: IsolatedHome,
  shell: string,
  script: string,
  options: RunOptions = {},
): Promise<Outcome> {
  return runProgram(home, [shell, '-c', script], options)
}
