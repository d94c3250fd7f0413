import {accessSync, constants, readFileSync, readlinkSync} from 'node:fs'
import {delimiter, join} from 'node:path'

type CommandLine = readonly [string, ...string[]]

/**
 * Wraps a command line so that the command gets what its caller set and Node.js changed. The wrappers are small programs
 * that become the command (`prlimit`, `nohup`, `sh`): process, environment and exit code are the command's own.
 *
 * Node.js forgets at its start which signals were ignored, raises the limit of open files, and reads arguments as UTF-8.
 * Reads `/proc`: on other systems than Linux, and where a wrapper is missing, the command line is returned unchanged.
 */
export function restoreCallerSettings(command: CommandLine): CommandLine {
  const limit = openFilesBefore()
  const limited: CommandLine =
    limit !== null && isOnPath('prlimit')
      ? ['prlimit', `--nofile=${limit}:`, '--', ...asBytes(command)]
      : asBytes(command)
  return isUnderNohup() ? ['nohup', ...limited] : limited
}

/** The soft limit of open files of our parent, if ours was raised above it. */
function openFilesBefore(): string | null {
  const [own, before] = [softLimitOf('self'), softLimitOf(String(process.ppid))]
  return before === null || before === own ? null : before
}

function softLimitOf(pid: string): string | null {
  try {
    return /^Max open files +(\w+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1] ?? null
  } catch {
    return null
  }
}

/** What nohup leaves to be seen: its file, or a null device that can only be written as the input. */
function isUnderNohup(): boolean {
  try {
    const outputs = [1, 2].map(descriptor => readlinkSync(`/proc/self/fd/${descriptor}`))
    if (outputs.some(path => path.endsWith('/nohup.out'))) return true
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1] ?? '0'
    return readlinkSync('/proc/self/fd/0') === '/dev/null' && (Number.parseInt(flags, 8) & 3) === constants.O_WRONLY
  } catch {
    return false
  }
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder || '.', program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/**
 * Arguments that are no UTF-8, such as old file names, go through a shell, which makes them of their bytes. The others are
 * given to it as they are, each as an argument of its own: one argument has a limit of its length.
 */
function asBytes(command: CommandLine): CommandLine {
  const raw = rawArguments(command.length)
  if (raw === null || raw.every(isText)) return command
  const given = raw.map(bytes => (isText(bytes) ? bytes.toString() : escaped(bytes)))
  const values = raw.map((bytes, index) => (isText(bytes) ? '' : `a${index}=$(printf '%bx' "\${${index + 1}}")\n`))
  const words = raw.map((bytes, index) => (isText(bytes) ? `"\${${index + 1}}"` : `"\${a${index}%x}"`))
  return ['sh', '-c', `${values.join('')}exec ${words.join(' ')}`, 'sh', ...given]
}

const isText = (bytes: Buffer): boolean => Buffer.from(bytes.toString()).equals(bytes)

function rawArguments(count: number): Buffer[] | null {
  try {
    const line = readFileSync('/proc/self/cmdline', 'latin1').split('\0').slice(0, -1)
    return line.slice(-count).map(text => Buffer.from(text, 'latin1'))
  } catch {
    return null
  }
}

/** In the words of printf's %b: letters, digits and what else is in names stay. */
const escaped = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(/[^\w./ -]/g, character => `\\0${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
