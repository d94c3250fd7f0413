import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {writeRestored} from '../cli/text/operator/write-backup.ts'
import {type Restored, restoreBackup} from '../collector/backup/restore.ts'

export default class Restore extends BaseCommand {
  static override summary = 'For operators: restore a data folder from a backup.'
  static override description =
    'Verifies the backup, then replaces the data folder in one step: after an interruption it has the old or the new state. Stop the collector first. Erasures that were granted after the backup are not in it.'
  static override examples = [
    '<%= config.bin %> restore usage.backup --data /var/lib/usage',
    '<%= config.bin %> restore usage.backup --data /var/lib/usage --force',
  ]
  static override args = {
    file: Args.string({required: true, description: 'a file that `usage backup` wrote'}),
  }
  static override flags = {
    data: Flags.string({description: 'the data folder to restore', helpValue: 'DIR', required: true}),
    force: Flags.boolean({description: 'replace the store that the folder has'}),
  }

  async run(): Promise<Restored> {
    const {args, flags} = await this.parse(Restore)
    return this.present(restoreBackup(args.file, flags.data, {isForced: flags.force}), writeRestored)
  }
}
