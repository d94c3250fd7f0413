import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {storeFlags} from '../cli/framework/store-flag.ts'
import {asker, questionOf} from '../cli/maintain/ask-stats.ts'
import {reportOn} from '../cli/maintain/report/make-report.ts'
import {reportWriter, statsFormats, writeAnswers} from '../cli/text/write-stats.ts'
import type {ReportDocument} from '../dashboard/report/report.ts'
import type {Stats as StatsAnswer} from '../stats/model/model.ts'
import {periodLengths} from '../stats/model/period.ts'
import {sectionNames} from '../stats/write/tables.ts'

export default class Stats extends BaseCommand {
  static override summary = 'Show how many people use a project, how much, and how many runs succeed.'
  static override description =
    'Reads the data folder of a collector, also while the collector runs, or asks a collector at --url.'
  static override examples = [
    '<%= config.bin %> stats',
    '<%= config.bin %> stats --project parsl --from 2026-01-01 --by week --json',
    '<%= config.bin %> stats --ci none --format csv --section versions',
    '<%= config.bin %> stats --year 2025 --by quarter',
    '<%= config.bin %> stats --format html --report > report.html',
    'USAGE_TOKEN=... <%= config.bin %> stats --project parsl --url https://usage.example.org',
  ]
  static override flags = {
    project: Flags.string({
      description: 'the id of the project; required if there are several',
      env: 'USAGE_PROJECT',
      helpValue: 'ID',
    }),
    from: Flags.string({
      description: 'the first day, YYYY-MM-DD (default: the first of the last twelve months)',
      helpValue: 'D',
    }),
    to: Flags.string({description: 'the last day, YYYY-MM-DD (default: today)', helpValue: 'D'}),
    year: Flags.string({description: 'a reporting year: YYYY in which it begins, or last', helpValue: 'Y'}),
    by: Flags.string({description: 'the length of a period', options: [...periodLengths], default: 'month'}),
    'app-version': Flags.string({description: 'only this version of the software', helpValue: 'V'}),
    system: Flags.string({description: 'only this operating system, for example Linux', helpValue: 'NAME'}),
    ci: Flags.string({description: 'only runs in CI systems, or none of them', options: ['only', 'none']}),
    agent: Flags.string({description: 'only runs by coding agents, none of them, or one by name', helpValue: 'A'}),
    application: Flags.string({description: 'only this application of the project', helpValue: 'NAME'}),
    field: Flags.string({description: 'only runs in which a declared field has a value', helpValue: 'NAME=VALUE'}),
    'feature-type': Flags.string({description: 'only features of this type, and their users', helpValue: 'T'}),
    internal: Flags.boolean({description: 'only features that were used by a program', exclusive: ['direct']}),
    direct: Flags.boolean({description: 'only features that were used directly by a person'}),
    format: Flags.string({description: 'the output format', options: [...statsFormats], default: 'text'}),
    section: Flags.string({description: 'only one answer, as csv, markdown or html', options: [...sectionNames]}),
    report: Flags.boolean({
      description: 'a report for a funder (html, markdown, json) about the last full year, without groups of few users',
    }),
    citation: Flags.string({
      description: 'CITATION.cff for the report (default: the one beside the project file)',
      helpValue: 'FILE',
      dependsOn: ['report'],
    }),
    ...storeFlags,
    url: Flags.string({description: 'address of a collector, instead of a data folder', helpValue: 'URL'}),
    token: Flags.string({description: 'read token of that collector', env: 'USAGE_TOKEN', helpValue: 'TOKEN'}),
  }

  override jsonEnabled(): boolean {
    return super.jsonEnabled() || /--format[= ]json\b/.test(this.argv.join(' '))
  }

  async run(): Promise<StatsAnswer | ReportDocument> {
    const {flags} = await this.parse(Stats)
    const ask = asker(flags, this.world.now, this.preparing())
    const {format, section = null} = flags
    if (flags.report) {
      const write = reportWriter({format: this.jsonEnabled() ? 'json' : format, section})
      const report = await reportOn({...flags, ask}, questionOf(flags), this.world)
      return this.presentFile(report, write).document
    }
    const answer = await ask(questionOf(flags))
    const write = (stats: StatsAnswer) => writeAnswers(stats, {format, section, paint: this.paint, width: this.width})
    return format === 'text' ? this.present(answer, write) : this.presentFile(answer, write)
  }
}
