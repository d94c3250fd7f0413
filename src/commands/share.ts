import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {placeOfFlags, storeFlags} from '../cli/framework/store-flag.ts'
import {storedProject} from '../cli/maintain/ask-stats.ts'
import {readRunningCollector} from '../collector/access/running-collector-file.ts'
import {hasShareToken, makeShareToken, revokeShareToken} from '../collector/access/share-links.ts'

/** The share link of a project. */
interface Shared {
  readonly project: string
  /** Relative to the collector's address; null: the link is revoked. */
  readonly path: string | null
  /** The complete link. */
  readonly url: string | null
}

/** Where a collector listens unless it is told otherwise. */
const defaultAddress = 'http://127.0.0.1:8080'

export default class Share extends BaseCommand {
  static override summary = 'Create a link that opens the public figures of one project without a token.'
  static override description =
    'The link shows whole months of the project. Groups of fewer than five people are left out. A new link replaces the previous one. A running collector accepts it immediately.'
  static override examples = [
    '<%= config.bin %> share --project parsl --data /var/lib/usage --url https://usage.example.org',
    '<%= config.bin %> share --project parsl --revoke',
  ]
  static override flags = {
    project: Flags.string({
      description: 'the id of the project; required if there are several',
      env: 'USAGE_PROJECT',
      helpValue: 'ID',
    }),
    ...storeFlags,
    url: Flags.string({
      description: 'the public address of the collector (default: the address where it listens)',
      helpValue: 'URL',
    }),
    revoke: Flags.boolean({description: 'revoke the link'}),
  }

  async run(): Promise<Shared> {
    const {flags} = await this.parse(Share)
    const {project} = await storedProject(placeOfFlags(flags), flags.project || null)
    if (flags.revoke) {
      const had = revokeShareToken(flags.data, project)
      return this.present({project, path: null, url: null}, () =>
        had ? `The link of ${project} is revoked.` : `${project} has no link.`,
      )
    }
    if (hasShareToken(flags.data, project))
      this.logToStderr(`The earlier link of ${project} no longer works. Replace it where you published it.`)
    const path = `/projects/${encodeURIComponent(project)}?share=${makeShareToken(flags.data, project)}`
    const address = flags.url || readRunningCollector(flags.data)?.http || defaultAddress
    if (!flags.url)
      this.logToStderr('For a link that works elsewhere, give the public address of the collector: --url URL')
    const url = `${address.replace(/\/+$/, '')}${path}`
    return this.present({project, path, url}, () => url)
  }
}
