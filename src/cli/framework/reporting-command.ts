import {type ErrorCode, UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import type {RecordOutcome} from '../../reporter/record/record.ts'
import {createReporter, type Reporter, type ReporterOptions} from '../../reporter/reporter.ts'
import {chooseProject, type ProjectFlags} from '../arguments/project-choice.ts'
import {showNotice} from '../output/show-notice.ts'
import {BaseCommand} from './base-command.ts'
import {codeOf, writeError} from './present-error.ts'

/**
 * A command that a script calls: it records and returns. Whatever went wrong, it exits 0 and says nothing on stdout
 * that was not asked for; `--strict` makes wrong use an error.
 */
export abstract class ReportingCommand extends BaseCommand {
  protected chooseProject(flags: ProjectFlags): ProjectFile {
    return chooseProject(this.world, flags)
  }

  /** Makes the reporter and shows its notice where somebody can see it. */
  protected reporter(options: Omit<ReporterOptions, 'world'>): Reporter {
    const reporter = createReporter({...options, world: this.world, isBrief: true})
    showNotice(reporter)
    return reporter
  }

  /** Says what was not as it should be, to those who want to know. */
  protected warnOf(outcome: RecordOutcome): RecordOutcome {
    if (outcome.kind === 'declined') this.whisper(`not recorded: ${outcome.reason}`)
    if (outcome.kind === 'silent') this.whisper(`not recorded: ${outcome.reason}`)
    const warnings = 'warnings' in outcome ? outcome.warnings : []
    const [first] = warnings
    if (first !== undefined && this.isStrict) throw new UsageError(first.code, first.message)
    for (const {code, message} of warnings) this.warnWith(code, message)
    return outcome
  }

  protected override async catch(thrown: Error): Promise<void> {
    if (codeOf(thrown).code === 'USAGE_WRONG_USE') this.countWrongUse()
    if (this.isStrict || ('code' in thrown && thrown.code === 'EEXIT')) return super.catch(thrown)
    const before = process.exitCode
    if (this.isHeard) await super.catch(thrown)
    process.exitCode = before ?? 0
  }

  /** What must not keep a command from running: an error is said to those who want to know; thrown when strict. */
  protected forgive(thrown: Error): void {
    const error = codeOf(thrown)
    if (error.code === 'USAGE_WRONG_USE') this.countWrongUse()
    if (this.isStrict) throw thrown
    this.warnWith(error.code, error.message)
  }

  /** An event that was said so wrongly that no flag could be read is lost, but not in silence. */
  private countWrongUse(): void {
    const said = (flag: string): string | undefined => {
      const index = this.argv.findIndex(arg => arg === flag || arg.startsWith(`${flag}=`))
      return this.argv[index] === flag ? this.argv[index + 1] : this.argv[index]?.slice(flag.length + 1)
    }
    try {
      const flags = {'project-file': said('--project-file'), project: said('--project')}
      createReporter({project: this.chooseProject(flags), world: this.world}).countWrongUse()
    } catch {
      // Without a project there is nothing to count for.
    }
  }

  /** Known before the flags are read, because reading them may fail. */
  private get isStrict(): boolean {
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
