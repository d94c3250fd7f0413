import {resolve} from 'node:path'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {readImportTime} from '../cli/arguments/import-time.ts'
import {BaseCommand, exitLike} from '../cli/framework/base-command.ts'
import {placeOfFlags, storeFlags} from '../cli/framework/store-flag.ts'
import {type ImportOutcome, importFiles, isEmpty} from '../cli/maintain/import-files.ts'
import {openImportTarget} from '../cli/maintain/import-target.ts'
import {progressBar} from '../cli/output/progress-bar.ts'
import {writeImport} from '../cli/text/write-import.ts'
import {type ImportFormat, importFormats} from '../collector/history/format.ts'
import {readProjectFile} from '../reporter/projects/projects.ts'

export default class Import extends BaseCommand {
  static override summary = "Import past data: a log of Parsl, pages of Mantid's API, or an export."
  static override description =
    'Imports into a data folder, or into the collector that is running on it. An interrupted import resumes where it stopped. Data that is imported twice counts once. Network addresses are dropped. Damaged lines are counted and listed.'
  static override examples = [
    '<%= config.bin %> import parsl-2018-*.log --data usage-data --project parsl',
    '<%= config.bin %> import pages.json --project mantid --at 2025-12-31',
    '<%= config.bin %> import export.jsonl --project-file parsl.json --data new-data',
  ]
  static override strict = false
  static override args = {file: Args.string({required: true, description: 'the files to import'})}
  static override flags = {
    project: Flags.string({
      description: 'the id of a project of the data folder; needed when there are several',
      env: 'USAGE_PROJECT',
      helpValue: 'ID',
    }),
    'project-file': Flags.string({description: 'the project file, for a new data folder', helpValue: 'FILE'}),
    ...storeFlags,
    format: Flags.string({
      description: 'the format of the files (default: detected from the first line)',
      options: [...importFormats],
    }),
    at: Flags.string({
      description: 'the time of records that have none (default: now)',
      helpValue: 'T',
    }),
  }

  async run(): Promise<ImportOutcome> {
    const {argv, flags} = await this.parse(Import)
    const file = flags['project-file']
    const now = this.world.now()
    const atMs = flags.at === undefined ? now : readImportTime(flags.at, now)
    const target = await openImportTarget({
      place: placeOfFlags(flags),
      projectFile: file === undefined ? null : readProjectFile(resolve(file)),
      projectId: flags.project || null,
      now: this.world.now,
    })
    const outcome = await importFiles(argv as string[], target, {
      format: (flags.format as ImportFormat | undefined) ?? null,
      atMs,
      bar: progressBar(process.stderr, text => this.fit(text)),
      onPrepared: this.preparing(),
    })
    if (outcome.files.some(isEmpty)) exitLike('USAGE_IMPORT_UNREADABLE')
    return this.present(outcome, answer => writeImport(answer, this.paint))
  }
}
