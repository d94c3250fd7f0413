import {resolve} from 'node:path'
import * as Args from '@oclif/core/args'
import {BaseCommand} from '../../cli/base-command.ts'
import {addProject} from '../../reporter/projects.ts'

export default class ProjectAdd extends BaseCommand {
  static override summary = 'Register a project, so that --project ID and USAGE_PROJECT find it.'
  static override examples = ['<%= config.bin %> project add usage.project.json']
  static override args = {file: Args.string({required: true, description: 'the project file'})}

  async run(): Promise<{project: string}> {
    const {args} = await this.parse(ProjectAdd)
    const {project} = addProject(this.world.configDirectory, resolve(args.file))
    return this.present({project}, answer => `${this.paint.bold(answer.project)} is registered.`)
  }
}
