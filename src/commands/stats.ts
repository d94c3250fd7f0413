import * as Flags from '@oclif/core/flags'
import {askCollector, askStore} from '../cli/ask-stats.ts'
import {BaseCommand} from '../cli/base-command.ts'
import type {Stats as StatsAnswer} from '../stats/model.ts'
import {periodLengths} from '../stats/period.ts'
import {writeStats} from '../stats/text.ts'

export default class Stats extends BaseCommand {
  static override summary = 'Answer who uses the project, how much, and how well it works.'
  static override description =
    "From a collector's data folder, also while the collector runs, or from a collector by its address."
  static override examples = [
    '<%= config.bin %> stats',
    '<%= config.bin %> stats --project parsl --from 2026-01-01 --by week --json',
    'USAGE_TOKEN=… <%= config.bin %> stats --project parsl --url https://usage.example.org',
  ]
  static override flags = {
    project: Flags.string({
      description: 'the id of the project; needed when there are several',
      env: 'USAGE_PROJECT',
      helpValue: 'ID',
    }),
    from: Flags.string({
      description: 'the first day, YYYY-MM-DD; eleven months before the month of the last if not said',
      helpValue: 'D',
    }),
    to: Flags.string({description: 'the last day, YYYY-MM-DD; today if not said', helpValue: 'D'}),
    by: Flags.string({description: 'the length of a period', options: [...periodLengths], default: 'month'}),
    format: Flags.string({description: 'how to write the answers', options: ['text', 'json'], default: 'text'}),
    data: Flags.string({description: 'the data folder of a collector', helpValue: 'DIR', default: 'usage-data'}),
    url: Flags.string({description: 'the address of a collector, instead of a data folder', helpValue: 'URL'}),
    token: Flags.string({description: 'the read token of that collector', env: 'USAGE_TOKEN', helpValue: 'TOKEN'}),
  }

  override jsonEnabled(): boolean {
    return super.jsonEnabled() || /--format[= ]json\b/.test(this.argv.join(' '))
  }

  async run(): Promise<StatsAnswer> {
    const {flags} = await this.parse(Stats)
    const written = {project: flags.project || null, from: flags.from, to: flags.to, by: flags.by}
    const answer =
      flags.url === undefined
        ? await askStore(flags.data, written, this.world.now())
        : await askCollector(flags.url, flags.token || null, written)
    const width = process.stdout.columns ?? 100
    return this.present(answer, stats => writeStats(stats, {paint: this.paint, width}).trimEnd())
  }
}
