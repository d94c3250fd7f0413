import {toProgram, toStartInput} from '../cli/arguments/event-input.ts'
import {runFlags} from '../cli/framework/flags.ts'
import {codeOf, presentError} from '../cli/framework/present-error.ts'
import {ReportingCommand} from '../cli/framework/reporting-command.ts'
import {endAs} from '../cli/run/supervise.ts'
import {superviseRun} from '../cli/run/supervise-run.ts'
import {UsageError} from '../errors.ts'

export default class Run extends ReportingCommand {
  static override summary = 'Run a command and record its start and its end.'
  static override description =
    'The command keeps the input, outputs, process group and terminal of the caller. `run` exits with the exit code or signal of the command.'
  static override examples = [
    'command <%= config.bin %> run --app-version 1.4.0 -- ./simulate input.dat',
    'command <%= config.bin %> run --wait 5 -- mpirun ./solver',
  ]
  static override enableJsonFlag = false
  static override strict = false
  static override flags = runFlags

  async run(): Promise<void> {
    const dashes = this.argv.indexOf('--')
    const [program, ...args] = dashes === -1 ? [] : this.argv.slice(dashes + 1)
    if (program === undefined) throw new UsageError('USAGE_WRONG_USE', 'a command is required after --')
    const recording = await this.begin(this.argv.slice(0, dashes))
    endAs(await superviseRun([program, ...args], recording, {keepsErrorOutput: this.isDebugging}))
  }

  /** Records the start. Null if nothing is recorded: the command runs anyway. */
  private async begin(own: string[]) {
    try {
      const {flags, argv} = await this.parse(Run, own)
      if (argv.length > 0) throw new UsageError('USAGE_WRONG_USE', `the command must follow --, got ${argv.join(' ')}`)
      const project = this.chooseProject(flags)
      const input = toStartInput(project, flags)
      const reporter = this.reporter({project, ...toProgram(flags)})
      const outcome = this.warnOf(reporter.start(input))
      if (outcome.kind !== 'recorded' || outcome.run === null) return null
      return {reporter, input, run: outcome.run, waitSeconds: flags.wait ? Number(flags.wait) : null}
    } catch (thrown) {
      this.forgive(thrown instanceof Error ? thrown : new Error(String(thrown)))
      return null
    }
  }

  protected override async catch(thrown: Error): Promise<void> {
    presentError(codeOf(thrown), false)
  }
}
