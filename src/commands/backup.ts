import * as Args from '@oclif/core/args'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {placeOfFlags, storeFlags} from '../cli/framework/store-flag.ts'
import {writeBackup} from '../cli/text/operator/write-backup.ts'
import {type Backup as BackupMade, makeBackup, requireInFolder} from '../collector/backup/backup.ts'

export default class Backup extends BaseCommand {
  static override summary = 'For operators: back up the data folder of a collector, also while it runs.'
  static override description =
    'Writes one file with the events, the hashes of read tokens and share links, and the secret of old ids, and verifies it. An earlier backup with the same name is replaced as a whole. Keep backups as safe as the data folder, and delete them after some weeks: a backup still has what people erased later.'
  static override examples = [
    '<%= config.bin %> backup /var/backups/usage --data /var/lib/usage',
    '<%= config.bin %> backup usage.backup --json',
  ]
  static override args = {
    target: Args.string({
      required: true,
      description: 'the file to write, or a folder for a file named after the time',
    }),
  }
  static override flags = {
    ...storeFlags,
  }

  async run(): Promise<BackupMade> {
    const {args, flags} = await this.parse(Backup)
    requireInFolder(placeOfFlags(flags))
    return this.present(makeBackup(flags.data, args.target, this.world.now()), writeBackup)
  }
}
