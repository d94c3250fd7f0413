/** The levels of a log, from the most talkative. `off` writes nothing. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'off'] as const
export type LogLevel = (typeof logLevels)[number]

/** `text` is for people, `json` for programs: one object a line. */
export const logFormats = ['text', 'json'] as const
export type LogFormat = (typeof logFormats)[number]

/**
 * What a line says besides its message. Never an address, a key, a token, a pseudonym, or text that a sender chose. A
 * project is named only if the collector has its project file.
 */
export interface LogFields {
  readonly error?: unknown
  readonly [name: string]: unknown
}

/**
 * The log of a collector. Writing a line never throws and never waits. The message is a constant text: what differs from
 * line to line is in the fields.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** A log that writes nothing: of a collector in a program that brings no log. */
export const silentLog: Log = {debug() {}, info() {}, warn() {}, error() {}}
