import * as Args from '@oclif/core/args'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {completedShells, readCompletion} from '../cli/maintain/read-completion.ts'

export default class Completion extends BaseCommand {
  static override summary = 'Print what makes a shell complete the commands, flags and projects of usage.'
  static override description =
    'The shell reads the text once. At a TAB it starts no program: it reads the folders of known projects itself.'
  static override examples = [
    '<%= config.bin %> completion bash > ~/.local/share/bash-completion/completions/usage',
    '<%= config.bin %> completion zsh > "${fpath[1]}/_usage"',
    '. <(<%= config.bin %> completion bash)',
  ]
  static override args = {
    shell: Args.option({options: completedShells})({required: true, description: 'the shell', ignoreStdin: true}),
  }

  async run(): Promise<{completion: string}> {
    const {args} = await this.parse(Completion)
    return this.presentFile({completion: readCompletion(args.shell)}, answer => answer.completion.trimEnd())
  }
}
