import * as Flags from '@oclif/core/flags'
import {chooseProject} from '../cli/arguments/project-choice.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {projectFlags} from '../cli/framework/flags.ts'
import {makeClient} from '../cli/maintain/make-client.ts'
import {languages} from '../embed/write-client.ts'

export default class Embed extends BaseCommand {
  static override summary = 'Print a one-file client that needs no Node.js.'
  static override description =
    'The client applies the same consent rules, writes the same files and sends the reports itself. Ship it with your program. Generate it again when the project file changes.'
  static override examples = [
    '<%= config.bin %> embed --lang python --project-file usage.project.json > usage_client.py',
    '<%= config.bin %> embed --lang sh --project-file usage.project.json > usage.sh',
  ]
  static override flags = {
    ...projectFlags,
    lang: Flags.option({options: languages})({required: true, description: 'the language of the program'}),
  }

  async run(): Promise<{client: string}> {
    const {flags} = await this.parse(Embed)
    const client = makeClient(flags.lang, chooseProject(this.world, flags))
    return this.presentFile({client}, answer => answer.client.trimEnd())
  }
}
