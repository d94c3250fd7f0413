import * as Flags from '@oclif/core/flags'
import {chooseProject} from '../cli/arguments/project-choice.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {projectFlags} from '../cli/framework/flags.ts'
import {makeClient, makePythonPackage} from '../cli/maintain/make-client.ts'
import {savePackage} from '../cli/maintain/save-package.ts'
import {languages} from '../embed/write-client.ts'
import {UsageError} from '../errors.ts'
import {toPlainText} from '../protocol/values/plain-text.ts'

export default class Embed extends BaseCommand {
  static override summary = 'Print a one-file client that needs no Node.js.'
  static override description =
    'The client applies the same consent rules, writes the same files and sends the reports itself. Ship it with your program. Generate it again when the project file changes.'
  static override examples = [
    '<%= config.bin %> embed --lang python --project-file usage.project.json > usage_client.py',
    '<%= config.bin %> embed --lang python --project-file usage.project.json --package heatflow-usage',
    '<%= config.bin %> embed --lang sh --project-file usage.project.json > usage.sh',
  ]
  static override flags = {
    ...projectFlags,
    lang: Flags.option({options: languages})({required: true, description: 'the language of the program'}),
    package: Flags.string({
      helpValue: 'FOLDER',
      description: 'for python: write a package into this folder, to ship or publish, and keep its pyproject.toml',
    }),
  }

  async run(): Promise<{client: string} | {files: readonly string[]}> {
    const {flags} = await this.parse(Embed)
    const project = chooseProject(this.world, flags)
    if (flags.package === undefined)
      return this.presentFile({client: makeClient(flags.lang, project)}, answer => answer.client.trimEnd())
    if (flags.lang !== 'python') throw new UsageError('USAGE_WRONG_USE', '--package requires --lang python')
    const files = savePackage(flags.package, makePythonPackage(project))
    return this.present({files}, answer => answer.files.map(file => `Wrote ${toPlainText(file)}`).join('\n'))
  }
}
