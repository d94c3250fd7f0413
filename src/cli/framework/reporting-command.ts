import {type ErrorCode, UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {RecordOutcome} from '../../reporter/record/record.ts'
import {createReporter, type Reporter, type ReporterOptions} from '../../reporter/reporter.ts'
import {type FlagTable, projectRows} from '../arguments/flag-table.ts'
import {chooseProject, type ProjectFlags} from '../arguments/project-choice.ts'
import {type ReadArguments, readArguments} from '../arguments/read-arguments.ts'
import {showNotice} from '../output/show-notice.ts'
import {BaseCommand} from './base-command.ts'
import {codeOf, writeError} from './present-error.ts'

/** The row of oclif's flag `--json`. */
const jsonRow = {kind: 'boolean', description: 'format output as JSON'} as const

/**
 * The base of the commands that scripts call. They exit with 0 even after an error, and print on stdout only what a
 * flag requests. With `--strict`, wrong use is an error.
 */
export abstract class ReportingCommand extends BaseCommand {
  /** Whether the event is already recorded or counted as lost. */
  private isSettled = false
  private recording: Reporter | null = null

  /** Reads the command line without oclif, whose parser fails at the first invalid argument. */
  protected read(table: FlagTable, args: readonly string[] = this.argv): ReadArguments {
    this.parsed = true
    return readArguments(this.ctor.enableJsonFlag ? {...table, json: jsonRow} : table, args)
  }

  protected chooseProject(flags: ProjectFlags): ProjectFile {
    return chooseProject(this.world, flags)
  }

  /** Creates the reporter, and prints its notice once if standard error is visible. */
  protected reporter(options: Omit<ReporterOptions, 'world'>): Reporter {
    const reporter = createReporter({...options, world: this.world, isBrief: true})
    showNotice(reporter)
    this.recording = reporter
    return reporter
  }

  /** Prints warnings if USAGE_DEBUG is set or standard error is a terminal. With `--strict`, throws the first one. */
  protected warnOf(outcome: RecordOutcome): RecordOutcome {
    this.isSettled = true
    if (outcome.kind === 'declined') this.whisper(`not recorded: ${outcome.reason}${this.whoDecided()}`)
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

  /** Prints an error that must not prevent a command from running. With `--strict`, throws it. */
  protected forgive(thrown: Error): void {
    const error = codeOf(thrown)
    this.countWrongUse(thrown)
    if (this.isStrict) throw thrown
    this.warnWith(error.code, error.message)
  }

  /** Counts, once, an event that is lost because its command line is invalid. Never throws. */
  private countWrongUse(thrown: Error): void {
    if (this.isSettled || codeOf(thrown).code !== 'USAGE_WRONG_USE') return
    this.isSettled = true
    try {
      const {flags} = readArguments(projectRows, this.argv)
      createReporter({project: this.chooseProject(flags as ProjectFlags), world: this.world}).countWrongUse()
    } catch {
      // Without a project, there is no destination for the counter.
    }
  }

  /** Does not use the parser, because parsing may fail. */
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

  private whoDecided(): string {
    const decidedBy = this.recording?.consent.decidedBy ?? null
    return decidedBy === null ? '' : `, decided by ${decidedBy}`
  }

  private whisper(message: string): void {
    if (this.isDebugging) process.stderr.write(`usage: ${message}\n`)
  }
}
