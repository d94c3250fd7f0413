import {type DestinationStream, pino} from 'pino'
import type {Log, LogFields, LogFormat, LogLevel} from './log.ts'
import {toTextLine} from './text-line.ts'

/** A log that writes lines. */
export interface WritingLog extends Log {
  /** Writes what is still in memory, before a process that has crashed ends. */
  flushNow(): void
  /**
   * Writes what is still in memory. If nobody has read it after a second, it kills the process: a thread that waits for
   * the reader of stderr would never let it end. So close the log last.
   */
  close(): Promise<void>
}

/** The most bytes of lines that wait for a slow reader of stderr. Further lines are left out. */
const maxWaitingBytes = 1024 * 1024
/** Milliseconds that a slow reader of stderr gets at the end. */
const closeMs = 1_000
/** The most characters of a stack. */
const maxStackCharacters = 8_000

/**
 * Opens the log of a collector on stderr. A reader of stderr that stands still or goes away never holds up the collector:
 * lines that do not fit are left out.
 *
 * @param write receives each line with its newline instead of stderr
 */
export function openLog(level: LogLevel, format: LogFormat, write?: (line: string) => void): WritingLog {
  const stderr =
    write === undefined ? pino.destination({dest: 2, sync: false, minLength: 1, maxLength: maxWaitingBytes}) : null
  // Without a listener, a closed stderr would end the collector.
  stderr?.on('error', () => {})
  const put = write ?? ((line: string) => void stderr?.write(line))
  const destination: DestinationStream = {
    write: format === 'json' ? put : line => put(toTextLine(JSON.parse(line))),
  }
  const logger = pino(
    {
      level: level === 'off' ? 'silent' : level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: {level: label => ({level: label})},
      serializers: {error: describeError},
    },
    destination,
  )
  const at =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void =>
      logger[name](fields, message)
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    flushNow() {
      try {
        stderr?.flushSync()
      } catch {
        // Nobody reads stderr any more.
      }
    },
    async close() {
      if (stderr === null) return
      const deadline = setTimeout(() => process.kill(process.pid, 'SIGKILL'), closeMs)
      await new Promise<void>(resolve => stderr.flush(() => resolve()))
      clearTimeout(deadline)
    },
  }
}

/**
 * The keys of an error that are logged. Others may hold what a sender sent: Node.js keeps the raw request in errors of its
 * HTTP parser.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return {message: String(error)}
  const {code} = error as {readonly code?: unknown}
  return {
    ...(typeof code === 'string' && {code}),
    message: error.message,
    stack: error.stack?.slice(0, maxStackCharacters),
    ...(error.cause !== undefined && {cause: describeError(error.cause)}),
  }
}
