import {exitCodeFlag, fieldFlag, readFields, reportingFlags, runFlag, secondsFlag, signalFlag} from '../cli/flags.ts'
import {ReportingCommand} from '../cli/reporting-command.ts'
import {UsageError} from '../errors.ts'
import type {RecordOutcome} from '../reporter/record.ts'

export default class End extends ReportingCommand {
  static override summary = 'Record that a run ended.'
  static override description =
    'The run is the one named by --run, else the newest open run of the script that calls. Returns at once.'
  static override examples = [
    'command <%= config.bin %> end --exit-code $? || :',
    'command <%= config.bin %> end --run "$run" --signal TERM --wait 2 || :',
  ]
  static override flags = {
    ...reportingFlags,
    run: runFlag,
    'exit-code': exitCodeFlag,
    signal: signalFlag,
    field: fieldFlag,
    wait: secondsFlag('deliver before returning, within this time: for jobs that are killed right after'),
  }

  async run(): Promise<RecordOutcome> {
    const {flags} = await this.parse(End)
    const project = this.chooseProject(flags)
    requireOneEnding(flags['exit-code'], flags.signal)
    const reporter = this.reporter({project})
    const outcome = reporter.end({
      run: flags.run || null,
      exitCode: flags['exit-code'] ? Number(flags['exit-code']) : null,
      signal: flags.signal || null,
      fields: readFields(project.fields, flags.field, '--field'),
    })
    if (!flags.wait) reporter.sendInBackground('end')
    else await reporter.flush({waitSeconds: Number(flags.wait)})
    return this.warnOf(outcome)
  }
}

/** A run ends with a code or by a signal; a script may pass both variables when one of them is empty. */
function requireOneEnding(exitCode: string | undefined, signal: string | undefined): void {
  if (exitCode && signal)
    throw new UsageError('USAGE_WRONG_USE', `wanted --exit-code or --signal, got ${exitCode} and ${signal}`)
}
