import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import type {TestContext} from 'node:test'
import type {IsolatedHome} from './isolated-home.ts'
import {readTrace} from './read-trace.ts'
import {type Outcome, runProgram} from './run-program.ts'
import {temporaryDirectory} from './temporary-directory.ts'

/** The system calls of a script and its processes. */
export interface Trace {
  readonly outcome: Outcome
  /** Network calls, without Unix sockets, which the C library uses for its name service. */
  readonly network: readonly string[]
  /** Calls that create, change, rename or remove files and folders, except in /dev. */
  readonly writes: readonly string[]
  /** The executed programs. */
  readonly programs: readonly string[]
  /** The number of created processes. */
  readonly processes: number
}

const writing = 'mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,truncate'
const calls = `network,open,openat,openat2,creat,${writing},mknod,mknodat,utimensat,chmod,fchmodat,execve,clone,clone3,fork,vfork`

/**
 * Runs a script in a shell and an isolated home under strace. The folder `etc` replaces /etc in a separate mount
 * namespace.
 */
export async function traced(
  t: Pick<TestContext, 'after'>,
  home: IsolatedHome,
  etc: string,
  [shell, ...rest]: readonly [shell: string, ...argumentsAndScript: string[]],
): Promise<Trace> {
  const path = join(temporaryDirectory(t), 'trace')
  mkdirSync(etc, {recursive: true})
  const strace = ['strace', '-f', '-qq', '--seccomp-bpf', '-e', `trace=${calls}`, '-o', path]
  const inPlace = 'mount --bind "$0" /etc && exec "$@"'
  const outcome = await runProgram(home, [
    'unshare',
    '-Urm',
    'sh',
    '-c',
    inPlace,
    etc,
    ...strace,
    shell,
    ...rest.slice(0, -1),
    '-c',
    ...rest.slice(-1),
  ])
  const lines = joinInterrupted(readTrace(path))
  return {
    outcome,
    network: lines.filter(line => /\b(?:socket|connect|send\w+)\(/.test(line) && !/AF_UNIX/.test(line)),
    writes: lines.filter(line => isWrite(line) && !/"\/dev\//.test(line)),
    processes: lines.filter(line => /\b(?:clone3?|v?fork)\(/.test(line) && !/CLONE_THREAD/.test(line)).length,
    programs: lines.flatMap(line => /execve\("([^"]+)".*= 0$/.exec(line)?.[1] ?? []),
  }
}

/** Joins the two lines of a call that strace split because another process made a call in between. */
function joinInterrupted(lines: readonly string[]): string[] {
  const begun = new Map<string, string>()
  const whole: string[] = []
  for (const line of lines) {
    const pid = line.split(' ', 1)[0] ?? ''
    const resumed = /<\.\.\. \w+ resumed>(.*)$/.exec(line)
    if (line.endsWith('<unfinished ...>')) begun.set(pid, line.slice(0, -'<unfinished ...>'.length))
    else whole.push(resumed === null ? line : (begun.get(pid) ?? line) + resumed[1])
    if (resumed !== null) begun.delete(pid)
  }
  return [...whole, ...begun.values()]
}

const isWrite = (line: string): boolean =>
  /\bopen(?:at2?)?\(/.test(line)
    ? /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(line)
    : new RegExp(`\\b(?:creat|mknod|mknodat|utimensat|chmod|fchmodat|${writing.replaceAll(',', '|')})\\(`).test(line)
