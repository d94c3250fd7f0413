import {Command} from '@oclif/core/command'
import {type ErrorCode, errorRegistry, toUsageError, UsageError} from '../errors.ts'
import {realWorld, type World} from '../reporter/world.ts'
import {type Paint, paintFor} from './paint.ts'

/** What all commands share: the world, JSON on demand, and errors with a code and the next step. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true

  protected readonly world: World = realWorld()
  protected readonly paint: Paint = paintFor(process.stdout)

  /** Prints the answer for a person, unless JSON was asked for, and hands it on to be printed as that. */
  protected present<T>(answer: T, write: (answer: T) => string): T {
    const text = write(answer)
    if (text !== '') this.log(text)
    return answer
  }

  protected override async catch(thrown: Error): Promise<void> {
    if ('code' in thrown && thrown.code === 'EEXIT') throw thrown
    const error = codeOf(thrown)
    process.exitCode = error.exit
    if (this.jsonEnabled()) this.logJson(error.toDocument())
    else process.stderr.write(`${this.writeError(error)}\n`)
    if (error.code === 'USAGE_UNEXPECTED' && this.isDebugging) process.stderr.write(`${thrown.stack}\n`)
  }

  protected writeError(error: UsageError): string {
    const paint = paintFor(process.stderr)
    return `${paint.red(error.code)}: ${error.message}\n  ${paint.dim('Next:')} ${error.next}`
  }

  protected get isDebugging(): boolean {
    return this.world.environment['USAGE_DEBUG'] === '1'
  }
}

/** Gives oclif's own errors the code for wrong use (it marks them by the exit code 2), and undoes what it adds to ours. */
function codeOf(thrown: Error): UsageError {
  const exit = (thrown as {oclif?: {exit?: number}}).oclif?.exit
  const isFromFlag = thrown instanceof UsageError && thrown.code === 'USAGE_WRONG_USE'
  if (exit !== 2 && !isFromFlag) return toUsageError(thrown)
  return new UsageError('USAGE_WRONG_USE', whatIsWrong(thrown.message), {cause: thrown})
}

/** What oclif says, on one line and without its own hints. */
function whatIsWrong(message: string): string {
  const lines = message.split('\n').map(line => line.trim())
  const hints = /^(?:$|See more help|Parsing --|The following errors? occurred:)/
  return lines.filter(line => !hints.test(line)).join('; ') || message.trim()
}

/** Ends a command whose answer is itself a failure: prints nothing more, sets the exit code of the error. */
export function exitLike(code: ErrorCode): void {
  process.exitCode = errorRegistry[code].exit
}
