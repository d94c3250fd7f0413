/**
 * Room `run`: the command that `usage run` runs.
 *
 * The command behaves as without `usage`: same input, outputs, process group, terminal, descriptors, signals and
 * limits. This process ends with the command's exit code or signal. If the command cannot be started, it ends with 127
 * or 126. A failed record never prevents the command from running. No network. These modules also run on Node.js 10,
 * where nothing is recorded (`src/cli/lanes/run-unrecorded.ts`), so they use no newer features.
 * Read next: `supervise-run.ts` for the record, `restore-caller-settings.ts`, `inherited-descriptors.ts`.
 */
import type {ChildProcess, SpawnOptions} from 'node:child_process'
import {closeSync, openSync, readFileSync} from 'node:fs'
import {constants} from 'node:os'
import {writeLine} from '../output/write-line.ts'
import {closeDescriptors, readWithheldDescriptors, stdioWith} from './inherited-descriptors.ts'
import {restoreCallerSettings} from './restore-caller-settings.ts'

/** How a command ended: by an exit code or by a signal. */
export interface Ending {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
}

/** Signals from people and batch systems, which are forwarded to the command. */
const forwarded: readonly NodeJS.Signals[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGXCPU',
  'SIGCONT',
]
/** Signals that a terminal sends to every process in the foreground: the command gets them itself. */
const ofTerminal: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGCONT']
/** This process cannot end by these signals, because Node.js handles or ignores them. It exits with 128 + n instead. */
const handledByNode: readonly NodeJS.Signals[] = ['SIGUSR1', 'SIGPIPE', 'SIGXFSZ', 'SIGPROF']
/**
 * This process does not end by these signals, because they would dump a core of Node.js. It exits with 128 + n instead.
 */
const dumpingCore: readonly NodeJS.Signals[] = [
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGSEGV',
  'SIGXCPU',
  'SIGSYS',
]

/**
 * Runs a command with the input, outputs, process group and terminal of this process, and resolves to its ending.
 * Signals to this process are forwarded. If the command is stopped by Ctrl-Z, this process stops too. Never rejects: a
 * command that cannot be started ends with 127 or 126.
 *
 * @param started is called once, when the command runs
 */
export function supervise(
  command: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv,
  started: () => void,
): Promise<Ending> {
  return new Promise(resolve => {
    const [program, ...args] = restoreCallerSettings(command)
    const withheld = readWithheldDescriptors()
    // Installed before the command starts, so that no signal is missed.
    let running: ChildProcess | null = null
    const listeners = listen(() => running)
    const child = startCommand(program, args, {stdio: stdioWith(withheld), env: environment})
    const settle = (ending: Ending): void => {
      for (const [signal, listener] of listeners) process.off(signal, listener)
      resolve(ending)
    }
    if ('code' in child) return settle(explainFailure(command[0], child))
    running = child
    // Older versions of Node.js have no `spawn` event. A process that could not be created has no id.
    if (child.pid !== undefined) {
      closeDescriptors(withheld)
      started()
    }
    child.on('error', error => settle(explainFailure(command[0], error)))
    child.on('exit', (exitCode, signal) => settle({exitCode, signal}))
  })
}

function startCommand(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess | (Error & {code: string}) {
  try {
    // Not imported: this module is part of the fast lane, and most of its commands start no process.
    return process.getBuiltinModule('node:child_process').spawn(program, args, options)
  } catch (error) {
    return Object.assign(error instanceof Error ? error : new Error(String(error)), {
      code: String((error as {code?: unknown}).code),
    })
  }
}

/** Prints the error like a shell. The exit code is 127 if the program does not exist, 126 if it cannot be run. */
function explainFailure(name: string, error: Error): Ending {
  // Node.js rejects an empty name before it searches for the program.
  const code = name === '' ? 'ENOENT' : 'code' in error ? error.code : ''
  const words = code === 'ENOENT' ? 'not found' : code === 'EACCES' ? 'permission denied' : error.message
  writeLine(2, `usage: ${name}: ${words}`)
  return {exitCode: code === 'ENOENT' ? 127 : 126, signal: null}
}

function listen(running: () => ChildProcess | null): [NodeJS.Signals, () => void][] {
  const listeners = forwarded.map((signal): [NodeJS.Signals, () => void] => [
    signal,
    () => {
      if (!(ofTerminal.includes(signal) && isInForeground())) running()?.kill(signal)
    },
  ])
  listeners.push(['SIGTSTP', () => void stopWith(running())])
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return listeners
}

/**
 * Ctrl-Z: the terminal also sends it to the command. When the command has stopped, this process stops for the shell.
 */
async function stopWith(child: ChildProcess | null): Promise<void> {
  if (child === null) return
  if (!isInForeground()) child.kill('SIGTSTP')
  for (let attempt = 0; attempt < 100 && child.exitCode === null && child.signalCode === null; attempt++) {
    if (fieldsOf(String(child.pid))?.[0] === 'T') return void process.kill(process.pid, 'SIGSTOP')
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

/** Whether this process group is in the foreground of the terminal, and so gets its signals. */
function isInForeground(): boolean {
  const fields = fieldsOf('self')
  return fields === null ? process.stdin.isTTY === true : fields[2] === fields[5]
}

/** The fields after the name in parentheses: state, parent, group, session, terminal, the terminal's group. */
function fieldsOf(pid: string): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

/** Replaces the standard streams by /dev/null, so that their readers wait only for the command. Never throws. */
export function releaseStandardStreams(): void {
  for (const descriptor of [0, 1, 2]) {
    try {
      closeSync(descriptor)
      openSync('/dev/null', descriptor === 0 ? 'r' : 'w')
    } catch {
      // It was already closed, or /dev/null does not exist.
    }
  }
}

/** Ends this process like the command: with its exit code, or by its signal. */
export function endAs({exitCode, signal}: Ending): void {
  process.exitCode = signal === null ? (exitCode ?? 0) : 128 + constants.signals[signal]
  if (signal === null || handledByNode.includes(signal) || dumpingCore.includes(signal)) return
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}
