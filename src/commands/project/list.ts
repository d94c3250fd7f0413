import {BaseCommand} from '../../cli/framework/base-command.ts'
import {requireFolders} from '../../reporter/person/require-folders.ts'
import {listProjects, type RegisteredProject} from '../../reporter/projects/projects.ts'

export default class ProjectList extends BaseCommand {
  static override summary = 'List the registered projects.'
  static override examples = ['<%= config.bin %> project list', '<%= config.bin %> project list --json']

  async run(): Promise<{projects: RegisteredProject[]}> {
    requireFolders(this.world)
    await this.parse(ProjectList)
    return this.present({projects: listProjects(this.world.configDirectory)}, ({projects}) =>
      projects.length === 0
        ? 'No project is registered.'
        : projects.map(({id, path}) => `${this.paint.bold(id)}  ${this.paint.dim(path)}`).join('\n'),
    )
  }
}
