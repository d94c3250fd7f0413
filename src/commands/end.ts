import {toEndInput} from '../cli/arguments/event-input.ts'
import {endFlags} from '../cli/framework/flags.ts'
import {ReportingCommand} from '../cli/framework/reporting-command.ts'
import type {RecordOutcome} from '../reporter/record/record.ts'

export default class End extends ReportingCommand {
  static override summary = 'Record that a run ended.'
  static override description =
    'Ends the run of --run, else the newest open run of the calling script. Returns immediately.'
  static override examples = [
    'command <%= config.bin %> end --exit-code $? || :',
    'command <%= config.bin %> end --run "$run" --signal TERM --wait 2 || :',
  ]
  static override flags = endFlags

  async run(): Promise<RecordOutcome> {
    const {flags} = await this.parse(End)
    const project = this.chooseProject(flags)
    const input = toEndInput(project, flags)
    const reporter = this.reporter({project})
    const outcome = reporter.end(input)
    if (!flags.wait) reporter.sendInBackground('end')
    else await reporter.flush({waitSeconds: Number(flags.wait)})
    return this.warnOf(outcome)
  }
}
