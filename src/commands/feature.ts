import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {countFlag, reportingFlags, runFlag, secondsFlag, startedFlag} from '../cli/flags.ts'
import {ReportingCommand} from '../cli/reporting-command.ts'
import {featureOf} from '../cli/say-event.ts'
import type {RecordOutcome} from '../reporter/record.ts'

export default class Feature extends ReportingCommand {
  static override summary = 'Record that a feature was used.'
  static override description =
    'The run is the one named by --run or USAGE_RUN_ID, else the newest open run of the script that calls.'
  static override examples = [
    'command <%= config.bin %> feature LoadParameterFile.v1 --type Algorithm --duration 0.26 || :',
    'command <%= config.bin %> feature Rebin.v1 --type Algorithm --internal --count 12 || :',
  ]
  static override args = {
    name: Args.string({required: true, description: 'name of the feature, for example LoadParameterFile.v1'}),
  }
  static override flags = {
    ...reportingFlags,
    type: Flags.string({description: 'type of the feature; Feature if not said', helpValue: 'T'}),
    started: startedFlag,
    duration: secondsFlag('how long the use took'),
    count: countFlag,
    internal: Flags.boolean({description: 'the use was not a direct response to a person'}),
    detail: Flags.string({
      description: 'a declared detail and its value; may be repeated',
      helpValue: 'K=V',
      multiple: true,
    }),
    run: runFlag,
  }

  async run(): Promise<RecordOutcome> {
    const {args, flags} = await this.parse(Feature)
    const project = this.chooseProject(flags)
    const input = featureOf(project, args.name, flags)
    const reporter = this.reporter({project})
    const outcome = reporter.feature(input)
    reporter.sendInBackground('feature')
    return this.warnOf(outcome)
  }
}
