import {writeSync} from 'node:fs'
import type {ErrorCode} from '../../errors.ts'
import type {Environment} from '../world/environment.ts'
import {isExiting} from './at-exit.ts'

/** Lines in one window of time. A loop of mistakes must not flood the log of the program. */
const maxLinesPerWindow = 20
const windowMilliseconds = 10_000

/** Says what a program does not get counted, and why. Never throws, never prints on standard output. */
export interface Teller {
  /** Wrong use: a line with `USAGE_DEBUG=1`, a warning of the process with `USAGE_STRICT=1`. */
  warn(code: ErrorCode, message: string): void
  /** An event that is not recorded although the program is right: a line with `USAGE_DEBUG=1`. */
  say(message: string): void
  /** Says how many lines were left out of the last window. */
  close(): void
}

/**
 * Creates the teller of a program. Null without `USAGE_DEBUG=1` and `USAGE_STRICT=1`: then nothing is ever printed.
 *
 * In ten seconds it prints at most 20 lines, each text once, and then the number of those beyond. With
 * `USAGE_STRICT=1` the same bound holds for warnings. They have the name `UsageWarning` and the code of the error, so a
 * test of the program can listen for them.
 */
export function makeTeller(environment: Environment, write: (line: string) => void = writeLine): Teller | null {
  const isDebugging = environment['USAGE_DEBUG'] === '1'
  const isStrict = environment['USAGE_STRICT'] === '1'
  return isDebugging || isStrict ? new BoundedTeller(isDebugging, isStrict, write) : null
}

class BoundedTeller implements Teller {
  private readonly isDebugging: boolean
  private readonly isStrict: boolean
  private readonly write: (line: string) => void
  private readonly told = new Set<string>()
  private leftOut = 0
  private windowEnds = 0

  constructor(isDebugging: boolean, isStrict: boolean, write: (line: string) => void) {
    this.isDebugging = isDebugging
    this.isStrict = isStrict
    this.write = write
  }

  warn(code: ErrorCode, message: string): void {
    const text = `${code}: ${message}`
    if (!this.isNew(text)) return
    // Node.js emits a warning on the next turn, which does not come at the exit.
    if (this.isStrict && !isExiting()) process.emitWarning(message, {type: 'UsageWarning', code})
    else this.write(text)
  }

  say(message: string): void {
    if (this.isDebugging && this.isNew(message)) this.write(message)
  }

  close(): void {
    if (this.leftOut > 0) this.write(`${this.leftOut} more lines, not shown`)
    this.told.clear()
    this.leftOut = 0
  }

  private isNew(text: string): boolean {
    const now = performance.now()
    if (now >= this.windowEnds) {
      this.close()
      this.windowEnds = now + windowMilliseconds
    }
    if (this.told.has(text)) return false
    if (this.told.size >= maxLinesPerWindow) {
      this.leftOut++
      return false
    }
    this.told.add(text)
    return true
  }
}

function writeLine(line: string): void {
  try {
    writeSync(2, `usage: ${line}\n`)
  } catch {
    // Standard error is closed or full: the program continues.
  }
}
