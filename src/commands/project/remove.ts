import * as Args from '@oclif/core/args'
import {BaseCommand} from '../../cli/framework/base-command.ts'
import {requireFolders} from '../../reporter/person/require-folders.ts'
import {removeProject, UnknownProject} from '../../reporter/projects/projects.ts'

export default class ProjectRemove extends BaseCommand {
  static override summary = 'Remove a registered project. Its waiting events stay.'
  static override examples = ['<%= config.bin %> project remove parsl']
  static override args = {id: Args.string({required: true, description: 'the id of the project'})}

  async run(): Promise<{removed: string}> {
    const {args} = await this.parse(ProjectRemove)
    requireFolders(this.world)
    if (!removeProject(this.world.configDirectory, args.id)) throw new UnknownProject(args.id)
    return this.present({removed: args.id}, answer => `${answer.removed} is no longer registered.`)
  }
}
