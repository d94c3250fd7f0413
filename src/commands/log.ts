import * as Flags from '@oclif/core/flags'
import {chooseReadable} from '../cli/arguments/project-choice.ts'
import {readSince} from '../cli/arguments/since.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {projectFlags} from '../cli/framework/flags.ts'
import {personArgs, readPersonProject} from '../cli/framework/person-project.ts'
import {writeLog, writeRawLog} from '../cli/text/write-log.ts'
import {type LogEntry, readLog} from '../reporter/person/log.ts'
import {requireFolders} from '../reporter/person/require-folders.ts'

export default class Log extends BaseCommand {
  static override summary = 'Show what was sent from this machine, when, to which collector, and its answer.'
  static override description = 'Shows the newest 1,000 reports of the last 30 days. Writes nothing.'
  static override examples = [
    '<%= config.bin %> log --since 2d',
    '<%= config.bin %> log --errors',
    '<%= config.bin %> log --raw',
  ]
  static override args = personArgs
  static override flags = {
    ...projectFlags,
    since: Flags.string({
      description: 'from this time on: RFC 3339, a day, or an age such as 30m, 12h or 2d',
      helpValue: 'T',
    }),
    errors: Flags.boolean({description: 'only failed or refused reports'}),
    raw: Flags.boolean({description: 'exactly the bodies that were sent, one per line', exclusive: ['json']}),
  }

  async run(): Promise<{entries: LogEntry[]}> {
    const {args, flags} = await this.parse(Log)
    requireFolders(this.world)
    const since = flags.since === undefined ? null : readSince(flags.since, this.world.now())
    const {destinations, unreadable} = chooseReadable(this.world, readPersonProject(args, flags))
    this.nameUnreadable(unreadable)
    const entries = destinations
      .flatMap(destination => readLog(destination, {since, isOnlyErrors: flags.errors}))
      .sort((a, b) => (a.at < b.at ? -1 : 1))
    if (flags.raw) return this.presentFile({entries}, answer => writeRawLog(answer.entries))
    return this.presentWrapped({entries}, answer => writeLog(answer.entries, this.paint))
  }
}
