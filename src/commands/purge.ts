import * as Flags from '@oclif/core/flags'
import {readPurgeTime} from '../cli/arguments/purge-time.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {type Purged, writePurged, writePurgeStep} from '../cli/text/write-purged.ts'
import {purgeStore} from '../collector/upkeep/purge-store.ts'
import {purgeable} from '../collector/upkeep/retention.ts'

export default class Purge extends BaseCommand {
  static override summary = 'Replace single uses of features and single runs that are past their limit by totals.'
  static override description =
    'The limits are those of each project (retention.features, a year if it says nothing, and retention.runs, five years). A running collector does this by itself every day; this command is for a data folder that no collector writes.'
  static override examples = [
    '<%= config.bin %> purge --dry-run',
    '<%= config.bin %> purge --older-than 1y --only features --data /var/lib/usage',
  ]
  static override flags = {
    'older-than': Flags.string({
      description: 'another limit than those of the project, for both: 90d, 8w, 6m or 1y',
      helpValue: 'TIME',
    }),
    only: Flags.option({options: purgeable, description: 'only single uses of features, or only runs'})(),
    project: Flags.string({description: 'only this project', env: 'USAGE_PROJECT', helpValue: 'ID'}),
    data: Flags.string({description: 'the data folder of a collector', helpValue: 'DIR', default: 'usage-data'}),
    'dry-run': Flags.boolean({description: 'only say what would go'}),
  }

  async run(): Promise<Purged> {
    const {flags} = await this.parse(Purge)
    const dryRun = flags['dry-run'] ?? false
    const options = {
      nowMs: this.world.now(),
      dryRun,
      olderThan: readPurgeTime(flags['older-than']),
      only: flags.only ?? null,
    }
    const months = []
    for await (const step of purgeStore(flags.data, flags.project || null, options)) {
      months.push(step)
      process.stderr.write(`${writePurgeStep(step)}\n`)
    }
    const events = months.reduce((sum, month) => sum + month.events, 0)
    const runs = months.reduce((sum, month) => sum + month.runs, 0)
    return this.present({dryRun, events, runs, months}, writePurged)
  }
}
