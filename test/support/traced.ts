import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import type {TestContext} from 'node:test'
import type {IsolatedHome} from './isolated-home.ts'
import {readTrace} from './read-trace.ts'
import {type Outcome, runProgram} from './run-program.ts'
import {temporaryDirectory} from './temporary-directory.ts'

/** What a script and its processes asked of the kernel. */
export interface Trace {
  readonly outcome: Outcome
  /** Sockets of any network; the C library's question to its local name service is none. */
  readonly network: readonly string[]
  /** Files and folders made, changed, renamed or removed, wherever: devices apart. */
  readonly writes: readonly string[]
  /** The programs that were executed. */
  readonly programs: readonly string[]
  /** Processes that were made, for a program or not. */
  readonly processes: number
}

const writing = 'mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,truncate'
const calls = `network,open,openat,openat2,creat,${writing},mknod,mknodat,utimensat,chmod,fchmodat,execve,clone,clone3,fork,vfork`

/**
 * Runs a shell's script as the person of the home, seen by strace. `etc` stands in for the machine's /etc, in a mount
 * namespace of its own.
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

/** A call of one process in whose midst another one's was seen stands on two lines: makes it one again. */
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
