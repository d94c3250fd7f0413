import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../cli/framework/base-command.ts'
import {requireDataFolder} from '../../cli/maintain/operate/manage-tokens.ts'
import {type ReadToken, revokeReadToken} from '../../collector/access/read-tokens.ts'
import {toPlainText} from '../../protocol/values/plain-text.ts'

export default class TokenRevoke extends BaseCommand {
  static override summary = 'Revoke a read token. A running collector rejects it from the next request on.'
  static override examples = ['<%= config.bin %> token revoke grafana --data /var/lib/usage']
  static override args = {token: Args.string({required: true, description: 'the id or the name of the token'})}
  static override flags = {
    data: Flags.string({description: 'the data folder of a collector', helpValue: 'DIR', default: 'usage-data'}),
  }

  async run(): Promise<{readonly revoked: ReadToken}> {
    const {args, flags} = await this.parse(TokenRevoke)
    requireDataFolder(flags.data)
    return this.present(
      {revoked: revokeReadToken(flags.data, args.token)},
      ({revoked}) => `The token ${revoked.id} (${toPlainText(revoked.name)}) is revoked.`,
    )
  }
}
