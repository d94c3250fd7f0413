import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../cli/base-command.ts'
import {readPurgeTime} from '../cli/purge-time.ts'
import {type Purged, writePurged, writePurgeStep} from '../cli/write-purged.ts'
import {purgeStore} from '../collector/purge-store.ts'

export default class Purge extends BaseCommand {
  static override summary = 'Replace single uses of features that are past their limit by totals.'
  static override description =
    'The limit is that of each project (retention.features, a year if it says nothing). A running collector does this by itself every day; this command is for a data folder that no collector writes.'
  static override examples = [
    '<%= config.bin %> purge --dry-run',
    '<%= config.bin %> purge --older-than 1y --data /var/lib/usage',
  ]
  static override flags = {
    'older-than': Flags.string({
      description: 'another limit than that of the project: 90d, 8w, 6m or 1y',
      helpValue: 'TIME',
    }),
    project: Flags.string({description: 'only this project', env: 'USAGE_PROJECT', helpValue: 'ID'}),
    data: Flags.string({description: 'the data folder of a collector', helpValue: 'DIR', default: 'usage-data'}),
    'dry-run': Flags.boolean({description: 'only say what would go'}),
  }

  async run(): Promise<Purged> {
    const {flags} = await this.parse(Purge)
    const dryRun = flags['dry-run'] ?? false
    const options = {nowMs: this.world.now(), dryRun, olderThan: readPurgeTime(flags['older-than'])}
    const months = []
    for await (const step of purgeStore(flags.data, flags.project || null, options)) {
      months.push(step)
      process.stderr.write(`${writePurgeStep(step)}\n`)
    }
    const events = months.reduce((sum, month) => sum + month.events, 0)
    return this.present({dryRun, events, months}, writePurged)
  }
}
