import {Command} from '@oclif/core/command'
import {type ErrorCode, errorRegistry} from '../../errors.ts'
import {realWorld, type World} from '../../reporter/world/world.ts'
import {withKnownProjects} from '../arguments/known-projects.ts'
import {type Paint, paintFor} from '../output/paint.ts'
import {preparingLine, type ShowPreparing} from '../output/preparing-line.ts'
import {knownWidthOf, showsUnicode, widthOf} from '../output/terminal.ts'
import {toAscii} from '../output/to-ascii.ts'
import {wrapAnswer} from '../output/wrap-text.ts'
import {writeUnreadable} from '../text/words.ts'
import {codeOf, presentError} from './present-error.ts'

/** The base of all commands: the world, `--json`, and errors with a code and the next step. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true

  protected readonly world: World = realWorld()
  protected readonly paint: Paint = paintFor(process.stdout)

  /** The characters of a line on stdout. */
  protected get width(): number {
    return widthOf(process.stdout, this.world.environment)
  }

  /**
   * Prints the answer as text for people, unless `--json` is set, and returns it to the framework for JSON. The text is
   * in ASCII where the locale shows no more.
   */
  protected present<T>(answer: T, write: (answer: T) => string): T {
    return this.presentFile(answer, one => this.fit(write(one)))
  }

  /** The same, with lines broken at the width of a terminal. In a file or a pipe they stay whole, for other programs. */
  protected presentWrapped<T>(answer: T, write: (answer: T) => string): T {
    const width = knownWidthOf(process.stdout, this.world.environment)
    return this.present(answer, one => (width === null ? write(one) : wrapAnswer(write(one), width)))
  }

  /** The same as `present` for the text of a file or for bytes that were sent: they are the same in every locale. */
  protected presentFile<T>(answer: T, write: (answer: T) => string): T {
    const text = write(answer)
    if (text !== '') this.log(text)
    return answer
  }

  /** Names on stderr the folders that the answer does not contain, because they cannot be read. */
  protected nameUnreadable(folders: readonly string[]): void {
    for (const folder of folders) this.logToStderr(this.fit(writeUnreadable(folder, paintFor(process.stderr))))
  }

  /** A text for people as the locale shows it. */
  protected fit(text: string): string {
    return showsUnicode(this.world.environment) ? text : toAscii(text)
  }

  /** Shows on a terminal how many months are prepared for answers. */
  protected preparing(): ShowPreparing {
    return preparingLine(process.stderr, text => this.fit(text))
  }

  protected override async catch(thrown: Error): Promise<void> {
    if ('code' in thrown && thrown.code === 'EEXIT') throw thrown
    const error = withKnownProjects(codeOf(thrown), this.world)
    presentError(error, this.jsonEnabled())
    if (error.code === 'USAGE_UNEXPECTED' && this.isDebugging) process.stderr.write(`${thrown.stack}\n`)
  }

  protected get isDebugging(): boolean {
    return this.world.environment['USAGE_DEBUG'] === '1'
  }
}

/** Sets the exit code of an error for a command whose answer is itself the failure. Prints nothing. */
export function exitLike(code: ErrorCode): void {
  process.exitCode = errorRegistry[code].exit
}
