import {resolve} from 'node:path'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../cli/framework/base-command.ts'
import {type AddedProject, describeAdded, writeAdded} from '../../cli/text/write-added.ts'
import {requireFolders} from '../../reporter/person/require-folders.ts'
import {fetchProjectText} from '../../reporter/projects/fetch-project.ts'
import {addProject, addProjectText} from '../../reporter/projects/projects.ts'

const addressPattern = /^[a-z][a-z0-9+.-]*:\/\//i

export default class ProjectAdd extends BaseCommand {
  static override summary = 'Register a project, so that you can use --project ID and USAGE_PROJECT.'
  static override description =
    'Reads a file or a public https address. The address is read once: later changes there have no effect here.'
  static override examples = [
    '<%= config.bin %> project add usage.project.json',
    '<%= config.bin %> project add https://parsl.example.org/usage.project.json',
  ]
  static override flags = {
    replace: Flags.boolean({description: 'replace a registered project even if its endpoint or contact changes'}),
  }
  static override args = {
    file: Args.string({required: true, description: 'the project file, or its https address'}),
  }

  async run(): Promise<AddedProject> {
    const {args, flags} = await this.parse(ProjectAdd)
    requireFolders(this.world)
    const registration = addressPattern.test(args.file)
      ? await this.fetch(args.file, flags.replace)
      : addProject(this.world.configDirectory, resolve(args.file), flags.replace)
    return this.present(describeAdded(registration, args.file), answer => writeAdded(answer, this.paint))
  }

  private async fetch(address: string, mayReplace: boolean) {
    const text = await fetchProjectText(address, {environment: this.world.environment})
    return addProjectText(this.world.configDirectory, text, address, mayReplace)
  }
}
