import * as Args from '@oclif/core/args'
import {readWaitFlag, toEndInput} from '../cli/arguments/event-input.ts'
import {reportingRows} from '../cli/arguments/flag-table.ts'
import type {ProjectFlags} from '../cli/arguments/project-choice.ts'
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
  static override args = {
    code: Args.string({ignoreStdin: true, description: 'the exit code of the run; also --exit-code'}),
  }
  static override flags = endFlags

  async run(): Promise<RecordOutcome> {
    const read = this.read(reportingRows.end)
    const {seconds, misread} = readWaitFlag(read.flags)
    const project = this.chooseProject(read.flags as ProjectFlags)
    const input = toEndInput(project, {...read, unread: [...read.unread, ...misread]})
    const reporter = this.reporter({project})
    const outcome = reporter.end(input)
    if (seconds === null) reporter.sendInBackground('end')
    else await reporter.flush({waitSeconds: seconds})
    return this.warnOf(outcome)
  }
}
