import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {placeOfFlags, storeFlags} from '../cli/framework/store-flag.ts'
import {storedProject} from '../cli/maintain/ask-stats.ts'
import {writeLines} from '../cli/output/write-lines.ts'
import {exportLines} from '../collector/history/export-lines.ts'
import {readClient} from '../reporter/reports/read-client.ts'

export default class Export extends BaseCommand {
  static override enableJsonFlag = false
  static override summary = 'Write everything that a store contains about a project as lines of JSON.'
  static override description =
    'Reads the data folder of a collector, also while the collector runs. `usage import` reads the output. It contains events, totals and counters. Pseudonyms stay the same.'
  static override examples = ['<%= config.bin %> export --data usage-data --project parsl > parsl.jsonl']
  static override flags = {
    project: Flags.string({
      description: 'the id of the project; required if there are several',
      env: 'USAGE_PROJECT',
      helpValue: 'ID',
    }),
    ...storeFlags,
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Export)
    const place = placeOfFlags(flags)
    const {project} = await storedProject(place, flags.project || null)
    await writeLines(process.stdout, exportLines(place, project, readClient()))
  }
}
