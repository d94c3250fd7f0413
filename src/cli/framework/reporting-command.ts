import {type ErrorCode, UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import type {RecordOutcome} from '../../reporter/record/record.ts'
import {createReporter, type Reporter, type ReporterOptions} from '../../reporter/reporter.ts'
import {type FlagTable, projectRows} from '../arguments/flag-table.ts'
import {chooseProject, type ProjectFlags} from '../arguments/project-choice.ts'
import {type ReadArguments, readArguments} from '../arguments/read-arguments.ts'
import {showNotice} from '../output/show-notice.ts'
import {BaseCommand} from './base-command.ts'
import {codeOf, writeError} from './present-error.ts'

/** The framework's own flag. */
const jsonRow = {kind: 'boolean', description: 'format output as JSON'} as const

/**
 * A command that a script calls: it records and returns. It exits 0 whatever went wrong and prints nothing on stdout
 * without a request. `--strict` turns wrong use into an error.
 */
export abstract class ReportingCommand extends BaseCommand {
  /** Its event is recorded, or counted as one that could not be. */
  private isSettled = false

  /** Reads the command line without the framework, whose parser fails for one wrong word. */
  protected read(table: FlagTable, args: readonly string[] = this.argv): ReadArguments {
    this.parsed = true
    return readArguments(this.ctor.enableJsonFlag ? {...table, json: jsonRow} : table, args)
  }

  protected chooseProject(flags: ProjectFlags): ProjectFile {
    return chooseProject(this.world, flags)
  }

  /** Creates the reporter, and shows its notice if standard error is visible. */
  protected reporter(options: Omit<ReporterOptions, 'world'>): Reporter {
    const reporter = createReporter({...options, world: this.world, isBrief: true})
    showNotice(reporter)
    return reporter
  }

  /** Prints warnings, if debugging or standard error is a terminal. Throws the first one under `--strict`. */
  protected warnOf(outcome: RecordOutcome): RecordOutcome {
    this.isSettled = true
    if (outcome.kind === 'declined') this.whisper(`not recorded: ${outcome.reason}`)
    if (outcome.kind === 'silent') this.whisper(`not recorded: ${outcome.reason}`)
    const warnings = 'warnings' in outcome ? outcome.warnings : []
    const [first] = warnings
    if (first !== undefined && this.isStrict) throw new UsageError(first.code, first.message)
    for (const {code, message} of warnings) this.warnWith(code, message)
    return outcome
  }

  protected override async catch(thrown: Error): Promise<void> {
    this.countWrongUse(thrown)
    if (this.isStrict || ('code' in thrown && thrown.code === 'EEXIT')) return super.catch(thrown)
    const before = process.exitCode
    if (this.isHeard) await super.catch(thrown)
    process.exitCode = before ?? 0
  }

  /** Prints an error that must not keep a command from running; throws it under `--strict`. */
  protected forgive(thrown: Error): void {
    const error = codeOf(thrown)
    this.countWrongUse(thrown)
    if (this.isStrict) throw thrown
    this.warnWith(error.code, error.message)
  }

  /** Counts an event that is lost because its command line made none, once. */
  private countWrongUse(thrown: Error): void {
    if (this.isSettled || codeOf(thrown).code !== 'USAGE_WRONG_USE') return
    this.isSettled = true
    try {
      const {flags} = readArguments(projectRows, this.argv)
      createReporter({project: this.chooseProject(flags as ProjectFlags), world: this.world}).countWrongUse()
    } catch {
      // Without a project there is nothing to count for.
    }
  }

  /** Checked without the parser, because parsing may fail. */
  protected get isStrict(): boolean {
    const end = this.argv.indexOf('--')
    const options = end === -1 ? this.argv : this.argv.slice(0, end)
    return options.includes('--strict') || this.world.environment['USAGE_STRICT'] === '1'
  }

  private get isHeard(): boolean {
    return this.isDebugging || process.stderr.isTTY === true
  }

  private warnWith(code: ErrorCode, message: string): void {
    if (this.isHeard) process.stderr.write(`${writeError(new UsageError(code, message))}\n`)
  }

  private whisper(message: string): void {
    if (this.isDebugging) process.stderr.write(`usage: ${message}\n`)
  }
}
