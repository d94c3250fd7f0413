import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../cli/framework/base-command.ts'
import {requireDataFolder} from '../../cli/maintain/operate/manage-tokens.ts'
import {writeTokens} from '../../cli/text/operator/write-tokens.ts'
import {listReadTokens, type ReadToken} from '../../collector/access/read-tokens.ts'

export default class TokenList extends BaseCommand {
  static override summary = 'List the read tokens of a collector, without the tokens themselves.'
  static override examples = ['<%= config.bin %> token list --data /var/lib/usage']
  static override flags = {
    data: Flags.string({description: 'the data folder of a collector', helpValue: 'DIR', default: 'usage-data'}),
  }

  async run(): Promise<{readonly tokens: readonly ReadToken[]}> {
    const {flags} = await this.parse(TokenList)
    requireDataFolder(flags.data)
    return this.present({tokens: listReadTokens(flags.data)}, ({tokens}) =>
      writeTokens(tokens, this.world.now(), this.paint),
    )
  }
}
