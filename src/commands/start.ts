import * as Args from '@oclif/core/args'
import {toProgram, toStartInput} from '../cli/arguments/event-input.ts'
import {reportingRows} from '../cli/arguments/flag-table.ts'
import type {ProjectFlags} from '../cli/arguments/project-choice.ts'
import {startFlags} from '../cli/framework/flags.ts'
import {ReportingCommand} from '../cli/framework/reporting-command.ts'
import {writeLine} from '../cli/output/write-line.ts'
import type {RecordOutcome} from '../reporter/record/record.ts'

export default class Start extends ReportingCommand {
  static override summary = 'Record that a run started.'
  static override description =
    'Writes one event to the local buffer and returns immediately. The event is sent in the background.'
  static override examples = [
    'command <%= config.bin %> start --script "$0" || :',
    'run=$(command <%= config.bin %> start --app-version 1.2.3 --print-id) || :',
  ]
  static override args = {
    version: Args.string({ignoreStdin: true, description: 'the version of the program; also --app-version'}),
  }
  static override flags = startFlags

  async run(): Promise<RecordOutcome> {
    const read = this.read(reportingRows.start)
    const {flags} = read
    const project = this.chooseProject(flags as ProjectFlags)
    const input = toStartInput(project, read)
    const reporter = this.reporter({project, ...toProgram(read)})
    const outcome = reporter.start(input)
    reporter.sendInBackground('start')
    if (flags['print-id'] === true && outcome.kind === 'recorded' && outcome.run !== null && !this.jsonEnabled())
      writeLine(1, outcome.run)
    return this.warnOf(outcome)
  }
}
