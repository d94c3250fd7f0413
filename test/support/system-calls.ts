import {join} from 'node:path'
import type {TestContext} from 'node:test'
import type {IsolatedHome} from './isolated-home.ts'
import {readTrace} from './read-trace.ts'
import {repositoryPath} from './repository.ts'
import {type Outcome, type RunOptions, runProgram} from './run-program.ts'
import {temporaryDirectory} from './temporary-directory.ts'

/** The system calls of `usage`, without the start of Node.js. */
export interface SystemCalls {
  readonly outcome: Outcome
  /** The calls of the main thread for files, processes and the network, in order. */
  readonly calls: readonly string[]
  /** The files that it opened or created, without those in /dev. */
  readonly opened: readonly string[]
  /** The number of executed programs and created processes, without threads. */
  readonly processes: number
  /** The number of created sockets of any kind. */
  readonly sockets: number
}

/** Runs bin/run.js in an isolated home under strace. */
export async function systemCalls(
  t: Pick<TestContext, 'after'>,
  home: IsolatedHome,
  args: readonly string[],
  options: RunOptions = {},
): Promise<SystemCalls> {
  const path = join(temporaryDirectory(t), 'trace')
  const program = repositoryPath('bin', 'run.js')
  const trace = 'trace=%file,%process,%network,read,write,getdents64'
  const strace = ['-f', '-qq', '--seccomp-bpf', '-s', '300', '-e', trace, '-e', 'signal=none', '-o', path]
  const command: [string, ...string[]] = ['strace', ...strace, process.execPath, program, ...args]
  const outcome = await runProgram(home, command, options)
  const lines = readTrace(path)
  const first = lines.findIndex(line => line.includes(`open`) && line.includes(`"${program}"`))
  const main = /^\d+/.exec(lines[0] ?? '')?.[0] ?? ''
  const own = lines.slice(first).filter(line => !/exit_group|\+\+\+|resumed/.test(line))
  const calls = own.filter(line => line.startsWith(main))
  return {
    outcome,
    calls,
    opened: calls
      .flatMap(line => /\bopen(?:at)?\((?:AT_FDCWD, )?"([^"]+)"/.exec(line)?.[1] ?? [])
      .filter(isFromProgram),
    processes: own.filter(line => /\bexecve\(|\bv?fork\(|\bclone3?\((?!.*CLONE_THREAD)/.test(line)).length,
    sockets: own.filter(line => /\bsocket(?:pair)?\(/.test(line)).length,
  }
}

/** Node.js itself opens devices and sometimes reads the processor's speed: these files are not counted. */
const isFromProgram = (path: string): boolean => !/^\/(?:dev|sys\/devices\/system\/cpu)\//.test(path)
