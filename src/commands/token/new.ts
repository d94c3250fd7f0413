import * as Flags from '@oclif/core/flags'
import {readExpiry} from '../../cli/arguments/expiry.ts'
import {readTokenName} from '../../cli/arguments/token-name.ts'
import {BaseCommand} from '../../cli/framework/base-command.ts'
import {placeOfFlags, storeFlags} from '../../cli/framework/store-flag.ts'
import {makeToken} from '../../cli/maintain/operate/manage-tokens.ts'
import {showsSecret} from '../../cli/output/shows-secret.ts'
import {writeNewToken} from '../../cli/text/operator/write-tokens.ts'
import type {ReadToken} from '../../collector/access/read-tokens.ts'
import {UsageError} from '../../errors.ts'

export default class TokenNew extends BaseCommand {
  static override summary = 'Make a read token, which opens the statistics of a collector.'
  static override description =
    'The token is shown once, on a terminal or with --json. The data folder contains only its SHA-256. A running collector accepts the token immediately.'
  static override examples = [
    '<%= config.bin %> token new --data /var/lib/usage',
    '<%= config.bin %> token new --name grafana --project parsl --expires 1y --json',
  ]
  static override flags = {
    name: Flags.string({description: 'what the list calls it (default: its id)', helpValue: 'NAME'}),
    project: Flags.string({
      description: 'the only project that it opens (default: all)',
      env: 'USAGE_PROJECT',
      helpValue: 'ID',
    }),
    expires: Flags.string({
      description: 'its last day, or a time: 90d, 8w, 6m or 1y (default: never)',
      helpValue: 'TIME',
    }),
    ...storeFlags,
  }

  async run(): Promise<ReadToken & {readonly token: string}> {
    const {flags} = await this.parse(TokenNew)
    if (!showsSecret(process.stdout, this.jsonEnabled(), this.world.environment))
      throw new UsageError(
        'USAGE_TOKEN_NOT_SHOWN',
        'stdout is no terminal, and --json is not set, or it is the journal',
      )
    const nowMs = this.world.now()
    const token = {
      name: readTokenName(flags.name),
      project: flags.project || null,
      expiresAtMs: readExpiry(flags.expires, nowMs),
    }
    return this.present(await makeToken(placeOfFlags(flags), token, nowMs), made =>
      writeNewToken(made, flags.data, this.paint),
    )
  }
}
