import {readWaitFlag, toProgram, toStartInput} from '../cli/arguments/event-input.ts'
import {runRows} from '../cli/arguments/flag-table.ts'
import type {ProjectFlags} from '../cli/arguments/project-choice.ts'
import {splitRun} from '../cli/arguments/read-arguments.ts'
import {runFlags} from '../cli/framework/flags.ts'
import {codeOf, presentError} from '../cli/framework/present-error.ts'
import {ReportingCommand} from '../cli/framework/reporting-command.ts'
import {endAs} from '../cli/run/supervise.ts'
import {type RunRecording, superviseRun} from '../cli/run/supervise-run.ts'
import {UsageError} from '../errors.ts'
import {checkStart} from '../reporter/record/fit-values.ts'
import {readHeader} from '../reporter/record/read-header.ts'

export default class Run extends ReportingCommand {
  static override summary = 'Run a command and record its start and its end.'
  static override description =
    'The command keeps the input, outputs, process group and terminal of the caller. `run` exits with the exit code or signal of the command.'
  static override examples = [
    'command <%= config.bin %> run --app-version 1.4.0 ./simulate input.dat',
    'command <%= config.bin %> run --wait 5 -- mpirun ./solver',
  ]
  static override enableJsonFlag = false
  static override strict = false
  static override flags = runFlags

  async run(): Promise<void> {
    const {own, command} = splitRun(runRows, this.argv)
    const [program, ...args] = command
    if (program === undefined) throw new UsageError('USAGE_WRONG_USE', 'a command is required')
    const recording = this.begin(own)
    endAs(await superviseRun([program, ...args], recording, {keepsErrorOutput: this.isDebugging}))
  }

  /** Records the start. Null if nothing is recorded: the command runs anyway. */
  private begin(own: readonly string[]): RunRecording | null {
    try {
      const read = {...this.read(runRows, own), names: []}
      const {seconds, misread} = readWaitFlag(read.flags)
      const unread = [...read.unread, ...misread]
      const project = this.chooseProject(read.flags as ProjectFlags)
      const input = toStartInput(project, {...read, unread})
      const program = toProgram(read)
      // Before the start: it would have no end, because the command does not run then.
      const [first] = this.isStrict ? checkStart(input, readHeader(this.world, project, program), project.fields) : []
      if (first !== undefined) throw new UsageError(first.code, first.message)
      const reporter = this.reporter({project, ...program})
      const outcome = this.warnOf(reporter.start(input))
      if (outcome.kind !== 'recorded' || outcome.run === null) return null
      return {reporter, input, run: outcome.run, waitSeconds: seconds}
    } catch (thrown) {
      this.forgive(thrown instanceof Error ? thrown : new Error(String(thrown)))
      return null
    }
  }

  protected override async catch(thrown: Error): Promise<void> {
    presentError(codeOf(thrown), false)
  }
}
