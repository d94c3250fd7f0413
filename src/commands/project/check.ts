import {resolve} from 'node:path'
import * as Args from '@oclif/core/args'
import {BaseCommand, exitLike} from '../../cli/framework/base-command.ts'
import {writeCheck} from '../../cli/text/write-check.ts'
import {checkProjectText, type ProjectCheck} from '../../protocol/project/check-project-text.ts'
import {toPlainText} from '../../protocol/values/plain-text.ts'
import {readProjectText} from '../../reporter/projects/projects.ts'

export default class CheckProject extends BaseCommand {
  static override summary = 'Check a project file and list each problem and privacy warning with its line.'
  static override examples = ['<%= config.bin %> project check usage.project.json']
  static override args = {file: Args.string({required: true, description: 'the project file'})}

  async run(): Promise<ProjectCheck> {
    const {args} = await this.parse(CheckProject)
    const check = checkProjectText(readProjectText(resolve(args.file)))
    if (check.problems.length > 0) exitLike('USAGE_PROJECT_FILE_INVALID')
    return this.present(check, answer => writeCheck(answer, toPlainText(args.file), this.paint))
  }
}
