import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {askCollector, askStore} from '../cli/maintain/ask-stats.ts'
import {statsFormats, writeAnswers} from '../cli/text/write-stats.ts'
import type {Stats as StatsAnswer} from '../stats/model/model.ts'
import {periodLengths} from '../stats/model/period.ts'
import {sectionNames} from '../stats/write/tables.ts'

export default class Stats extends BaseCommand {
  static override summary = 'Answer who uses the project, how much, and how well it works.'
  static override description =
    "From a collector's data folder, also while the collector runs, or from a collector by its address."
  static override examples = [
    '<%= config.bin %> stats',
    '<%= config.bin %> stats --project parsl --from 2026-01-01 --by week --json',
    '<%= config.bin %> stats --ci none --format csv --section versions',
    '<%= config.bin %> stats --from 2026-01-01 --format html --report > report.html',
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
    'app-version': Flags.string({description: 'only this version of the software', helpValue: 'V'}),
    system: Flags.string({description: 'only this operating system, for example Linux', helpValue: 'NAME'}),
    ci: Flags.string({
      description: 'only the runs of continuous integration, or none of them',
      options: ['only', 'none'],
    }),
    application: Flags.string({description: 'only this application of the project', helpValue: 'NAME'}),
    'feature-type': Flags.string({description: 'only features of this type, and who used them', helpValue: 'T'}),
    internal: Flags.boolean({description: 'only features that a person did not use directly', exclusive: ['direct']}),
    direct: Flags.boolean({description: 'only features that a person used directly'}),
    format: Flags.string({description: 'how to write the answers', options: [...statsFormats], default: 'text'}),
    section: Flags.string({
      description: 'one answer alone, as csv (a table of its own), markdown or html',
      options: [...sectionNames],
    }),
    report: Flags.boolean({
      description: 'a report to hand on, as html or markdown: nothing about fewer than five users',
    }),
    data: Flags.string({description: 'the data folder of a collector', helpValue: 'DIR', default: 'usage-data'}),
    url: Flags.string({description: 'the address of a collector, instead of a data folder', helpValue: 'URL'}),
    token: Flags.string({description: 'the read token of that collector', env: 'USAGE_TOKEN', helpValue: 'TOKEN'}),
  }

  override jsonEnabled(): boolean {
    return super.jsonEnabled() || /--format[= ]json\b/.test(this.argv.join(' '))
  }

  async run(): Promise<StatsAnswer> {
    const {flags} = await this.parse(Stats)
    const {internal, direct, ...given} = flags
    const written = {
      ...given,
      project: flags.project || null,
      internal: internal ? '1' : null,
      direct: direct ? '1' : null,
    }
    const answer =
      flags.url === undefined
        ? await askStore(flags.data, written, this.world.now())
        : await askCollector(flags.url, flags.token || null, written)
    const width = process.stdout.columns ?? 100
    const {format, section = null, report} = flags
    const writing = {format, section, report, paint: this.paint, width, nowMs: this.world.now()}
    return this.present(answer, stats => writeAnswers(stats, writing))
  }
}
