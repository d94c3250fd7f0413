import {accessSync, constants, readFileSync, readlinkSync} from 'node:fs'
import {delimiter, join} from 'node:path'

type CommandLine = readonly [string, ...string[]]

/**
 * Wraps a command line, so that the command gets the settings of its caller that Node.js changed. The wrappers
 * (`prlimit`, `nohup`, `sh`) replace themselves by the command, so process, environment and exit code are those of the
 * command.
 *
 * At its start, Node.js resets ignored signals and raises the limit of open files. It reads arguments as UTF-8. This
 * function reads `/proc`. On other systems than Linux, it returns the command line unchanged.
 */
export function restoreCallerSettings(command: CommandLine): CommandLine {
  const limit = openFilesBefore()
  const limited: CommandLine =
    limit !== null && isOnPath('prlimit')
      ? ['prlimit', `--nofile=${limit}:`, '--', ...asBytes(command)]
      : asBytes(command)
  return isUnderNohup() ? ['nohup', ...limited] : limited
}

/** The soft limit of open files of the parent process, if it differs from that of this process. */
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

/** Detects nohup by its output file, or by a standard input that is a write-only null device. */
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
 * Passes arguments that are not UTF-8, such as old file names, through a shell that restores their bytes. Other
 * arguments are passed unchanged and separately, because the length of one argument is limited.
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

/** Escapes bytes for printf's `%b`, except characters that are common in names. */
const escaped = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(/[^\w./ -]/g, character => `\\0${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
