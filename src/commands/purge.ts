import * as Flags from '@oclif/core/flags'
import {readPurgeTime} from '../cli/arguments/operator/purge-time.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {placeOfFlags, storeFlags} from '../cli/framework/store-flag.ts'
import {type Purged, writePurged, writePurgeStep} from '../cli/text/operator/write-purged.ts'
import {purgeStore} from '../collector/upkeep/purge-store.ts'
import {purgeable} from '../collector/upkeep/retention.ts'

export default class Purge extends BaseCommand {
  static override summary = 'For operators: replace old runs and feature uses in the store of a collector with totals.'
  static override description =
    'Changes the data folder of a collector, not the data of a user: to erase your own data, run usage forget. Applies the limits of each project: retention.features (default: 1 year) and retention.runs (default: 5 years). A running collector does this every day. Use this command for a data folder without a running collector.'
  static override examples = [
    '<%= config.bin %> purge --dry-run',
    '<%= config.bin %> purge --older-than 1y --only features --data /var/lib/usage',
  ]
  static override flags = {
    'older-than': Flags.string({
      description: 'use this limit for both, instead of the limits of the project: 90d, 8w, 6m or 1y',
      helpValue: 'TIME',
    }),
    only: Flags.option({options: purgeable, description: 'only feature uses, or only runs'})(),
    project: Flags.string({description: 'only this project', env: 'USAGE_PROJECT', helpValue: 'ID'}),
    ...storeFlags,
    'trust-clock': Flags.boolean({
      description: 'purge also if the newest events of the store contradict the clock of this machine',
    }),
    'dry-run': Flags.boolean({description: 'only print what would be replaced'}),
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
    const isClockTrusted = dryRun || (flags['trust-clock'] ?? false)
    for await (const step of purgeStore(placeOfFlags(flags), flags.project || null, {
      ...options,
      isClockTrusted,
    })) {
      months.push(step)
      process.stderr.write(`${this.fit(writePurgeStep(step))}\n`)
    }
    const events = months.reduce((sum, month) => sum + month.events, 0)
    const runs = months.reduce((sum, month) => sum + month.runs, 0)
    return this.present({dryRun, events, runs, months}, purged => writePurged(purged, flags.data))
  }
}
