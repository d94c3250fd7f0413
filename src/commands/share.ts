import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {storedProject} from '../cli/maintain/ask-stats.ts'
import {makeShareToken, revokeShareToken} from '../collector/access/share-links.ts'

/** The link of a project, or that it has none any more. */
interface Shared {
  readonly project: string
  /** From the root of the collector's address; null when it was taken away. */
  readonly path: string | null
}

export default class Share extends BaseCommand {
  static override summary = "Make a link that opens one project's public figures without a token."
  static override description =
    'Whoever has the link sees whole months of that project, and nothing about fewer than five people. A new link replaces the one from before. A running collector knows it at once.'
  static override examples = [
    '<%= config.bin %> share --project parsl --data /var/lib/usage --url https://usage.example.org',
    '<%= config.bin %> share --project parsl --revoke',
  ]
  static override flags = {
    project: Flags.string({
      description: 'the id of the project; needed when there are several',
      env: 'USAGE_PROJECT',
      helpValue: 'ID',
    }),
    data: Flags.string({description: 'the data folder of a collector', helpValue: 'DIR', default: 'usage-data'}),
    url: Flags.string({description: 'the address of the collector, for a whole link', helpValue: 'URL'}),
    revoke: Flags.boolean({description: 'take the link away: it opens nothing any more'}),
  }

  async run(): Promise<Shared> {
    const {flags} = await this.parse(Share)
    const {project} = await storedProject(flags.data, flags.project || null)
    if (flags.revoke) {
      const had = revokeShareToken(flags.data, project)
      return this.present({project, path: null}, () =>
        had ? `The link of ${project} opens nothing any more.` : `${project} has no link.`,
      )
    }
    const path = `/projects/${encodeURIComponent(project)}?share=${makeShareToken(flags.data, project)}`
    return this.present({project, path}, () => `${(flags.url ?? '').replace(/\/+$/, '')}${path}`)
  }
}
