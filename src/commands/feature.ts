import * as Args from '@oclif/core/args'
import {toFeatureInput} from '../cli/arguments/event-input.ts'
import {reportingRows} from '../cli/arguments/flag-table.ts'
import type {ProjectFlags} from '../cli/arguments/project-choice.ts'
import {featureFlags} from '../cli/framework/flags.ts'
import {ReportingCommand} from '../cli/framework/reporting-command.ts'
import type {RecordOutcome} from '../reporter/record/record.ts'

export default class Feature extends ReportingCommand {
  static override summary = 'Record that a feature was used.'
  static override description =
    'Belongs to the run of --run or USAGE_RUN_ID, else to the newest open run of the calling script.'
  static override examples = [
    'command <%= config.bin %> feature LoadParameterFile.v1 --type Algorithm --duration 0.26 || :',
    'command <%= config.bin %> feature Rebin.v1 --type Algorithm --internal --count 12 || :',
  ]
  static override args = {
    name: Args.string({
      required: true,
      // Otherwise the command would consume the input of a script's `while read` loop.
      ignoreStdin: true,
      description: 'the name of the feature, for example LoadParameterFile.v1',
    }),
  }
  static override flags = featureFlags

  async run(): Promise<RecordOutcome> {
    const read = this.read(reportingRows.feature)
    const project = this.chooseProject(read.flags as ProjectFlags)
    const input = toFeatureInput(project, read)
    const reporter = this.reporter({project})
    const outcome = reporter.feature(input)
    reporter.sendInBackground('feature')
    return this.warnOf(outcome)
  }
}
