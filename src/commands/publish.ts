import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {placeOfFlags, storeFlags} from '../cli/framework/store-flag.ts'
import {chooseStored} from '../cli/maintain/ask-stats.ts'
import {type Publication, publishSite} from '../cli/maintain/publish-site.ts'
import {openSource} from '../collector/store/open.ts'

export default class Publish extends BaseCommand {
  static override summary = 'For maintainers: write the public figures as a static site.'
  static override description =
    'Writes pages, CSV, JSON and badges that any web server can serve, without a collector on the internet. The figures of a month are written once, a week after its end, and never change. Groups of fewer than 5 users are hidden. Run it every week, with the same folder.'
  static override examples = [
    '<%= config.bin %> publish site --data /var/lib/usage',
    '<%= config.bin %> publish site --project parsl --project mantid',
  ]
  static override args = {
    DIR: Args.string({description: 'the folder of the site; created if it is missing', required: true}),
  }
  static override flags = {
    project: Flags.string({description: 'only this project', multiple: true, helpValue: 'ID'}),
    ...storeFlags,
  }

  async run(): Promise<Publication> {
    const {args, flags} = await this.parse(Publish)
    const source = await openSource(placeOfFlags(flags))
    try {
      const stored = await source.projects()
      const projects = flags.project?.map(id => chooseStored(stored, id)) ?? stored
      const publication = await publishSite(args.DIR, projects, source, this.world.now())
      return this.present(publication, ({written}) =>
        written.length === 0
          ? `Nothing has changed in ${args.DIR}.`
          : `Wrote ${written.length} files in ${args.DIR}. Open ${args.DIR}/index.html.`,
      )
    } finally {
      await source.close()
    }
  }
}
