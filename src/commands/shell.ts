import * as Args from '@oclif/core/args'
import {chooseProject} from '../cli/arguments/project-choice.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {projectFlags} from '../cli/framework/flags.ts'
import {makeLibrary} from '../cli/maintain/make-library.ts'
import {shells} from '../shell/write-library.ts'

export default class Shell extends BaseCommand {
  static override summary = 'Print shell functions that record without starting a process.'
  static override description =
    'Source the output, or keep it as a file beside the script. Functions: usage_start [VERSION], usage_feature NAME [TYPE], usage_end [CODE], usage_trap.'
  static override examples = [
    '. <(command <%= config.bin %> shell bash --project heatflow)',
    '<%= config.bin %> shell sh --project-file usage.project.json > usage.sh',
  ]
  static override args = {
    shell: Args.option({options: shells})({required: true, description: 'the shell of the script'}),
  }
  static override flags = {...projectFlags}

  async run(): Promise<{library: string}> {
    const {args, flags} = await this.parse(Shell)
    const library = makeLibrary(args.shell, chooseProject(this.world, flags))
    return this.presentFile({library}, answer => answer.library.trimEnd())
  }
}
