import {type ErrorCode, errorRegistry} from './error-registry.ts'

export {type ErrorCode, errorRegistry} from './error-registry.ts'

/** An error as JSON: on the command line (`--json`) and in a collector's answer. */
export interface ErrorDocument {
  readonly error: {
    readonly code: ErrorCode
    readonly message: string
    readonly next: string
    /** The id of the request in the log of the collector. Only with a status of 500 or more. */
    readonly requestId?: string
  }
}

/** An error with a code, what is wrong with the value (`message`), and the next step. */
export class UsageError extends Error {
  readonly code: ErrorCode
  readonly next: string
  readonly exit: number
  readonly http: number | null

  constructor(code: ErrorCode, message: string, options: {readonly next?: string; readonly cause?: unknown} = {}) {
    super(message, {cause: options.cause})
    const entry = errorRegistry[code]
    this.name = 'UsageError'
    this.code = code
    this.next = options.next ?? entry.next
    this.exit = entry.exit
    this.http = entry.http
  }

  toDocument(): ErrorDocument {
    return {error: {code: this.code, message: this.message, next: this.next}}
  }
}

/** Gives any thrown thing a code. */
export function toUsageError(thrown: unknown): UsageError {
  if (thrown instanceof UsageError) return thrown
  return new UsageError('USAGE_UNEXPECTED', messageOf(thrown), {cause: thrown})
}

/** The message of anything that was thrown. Never throws, even for an object that cannot be converted to text. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown)
  } catch {
    return 'an object without a message was thrown'
  }
}
