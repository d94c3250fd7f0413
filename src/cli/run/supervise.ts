/**
 * Room `run`: the command that `usage run` runs.
 *
 * The command behaves as without `usage`: same input, outputs, process group, terminal, descriptors, signals and limits, and this
 * process ends with its exit code or signal. A command that cannot be started ends with 127 or 126. Nothing here can keep the
 * command from running: a record that fails is ignored. No network. These modules also run on Node.js 10, where nothing is
 * recorded, so they use nothing newer (`src/cli/lanes/run-unrecorded.ts`).
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

/** What a person or a batch system sends to a process, and that can be passed on. */
const passedOn: readonly NodeJS.Signals[] = [
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
/** What a terminal sends to every process in the foreground: the command has it already. */
const ofTerminal: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGCONT']
/** They would leave the memory of Node.js as a core, or do something else in it: the exit code alone tells of them. */
const untold: readonly NodeJS.Signals[] = ['SIGUSR1', 'SIGPIPE', 'SIGXFSZ', 'SIGPROF']
const leavingCore: readonly NodeJS.Signals[] = [
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
 * Runs a command with our own input, outputs, process group and terminal, and resolves to how it ended. Signals that are
 * sent to us are passed on; one that stops the command stops us. Never rejects: a command that cannot be started ends with 127 or 126.
 *
 * @param started called once the command runs
 */
export function supervise(
  command: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv,
  started: () => void,
): Promise<Ending> {
  return new Promise(resolve => {
    const [program, ...args] = restoreCallerSettings(command)
    const withheld = readWithheldDescriptors()
    // Before the command runs: what comes from then on is meant for it.
    let running: ChildProcess | null = null
    const listeners = listen(() => running)
    const child = startCommand(program, args, {stdio: stdioWith(withheld), env: environment})
    const settle = (ending: Ending): void => {
      for (const [signal, listener] of listeners) process.off(signal, listener)
      resolve(ending)
    }
    if ('code' in child) return settle(explainFailure(command[0], child))
    running = child
    // Older Node.js have no event for it: a process that could not be made has no id.
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
    // Loaded here and not by an import: the fast lane holds this module, and most commands run no other.
    return process.getBuiltinModule('node:child_process').spawn(program, args, options)
  } catch (error) {
    return Object.assign(error instanceof Error ? error : new Error(String(error)), {
      code: String((error as {code?: unknown}).code),
    })
  }
}

/** As a shell and env do it: 127 where there is no such program, 126 where it cannot be run. */
function explainFailure(name: string, error: Error): Ending {
  // An empty name is refused by Node.js itself, before it looks for it.
  const code = name === '' ? 'ENOENT' : 'code' in error ? error.code : ''
  const words = code === 'ENOENT' ? 'not found' : code === 'EACCES' ? 'permission denied' : error.message
  writeLine(2, `usage: ${name}: ${words}`)
  return {exitCode: code === 'ENOENT' ? 127 : 126, signal: null}
}

function listen(running: () => ChildProcess | null): [NodeJS.Signals, () => void][] {
  const listeners = passedOn.map((signal): [NodeJS.Signals, () => void] => [
    signal,
    () => {
      if (!(ofTerminal.includes(signal) && isInForeground())) running()?.kill(signal)
    },
  ])
  listeners.push(['SIGTSTP', () => void stopWith(running())])
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return listeners
}

/** Ctrl-Z: the command has the signal already. When it has stopped, so do we, for the shell to see. */
async function stopWith(child: ChildProcess | null): Promise<void> {
  if (child === null) return
  if (!isInForeground()) child.kill('SIGTSTP')
  for (let attempt = 0; attempt < 100 && child.exitCode === null && child.signalCode === null; attempt++) {
    if (fieldsOf(String(child.pid))?.[0] === 'T') return void process.kill(process.pid, 'SIGSTOP')
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

/** Whether our process group is the one that the terminal's keys reach. */
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

/**
 * Closes input and outputs, so that their readers wait only for the command. Nothing can be printed afterwards.
 */
export function releaseStandardStreams(): void {
  for (const descriptor of [0, 1, 2]) {
    try {
      closeSync(descriptor)
      openSync('/dev/null', descriptor === 0 ? 'r' : 'w')
    } catch {
      // It was closed before, or there is no such device: nothing is held.
    }
  }
}

/** Ends this process as the command has ended: with its exit code, or by its signal. */
export function endAs({exitCode, signal}: Ending): void {
  process.exitCode = signal === null ? (exitCode ?? 0) : 128 + constants.signals[signal]
  if (signal === null || untold.includes(signal) || leavingCore.includes(signal)) return
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}
