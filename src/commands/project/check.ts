import {resolve} from 'node:path'
import * as Args from '@oclif/core/args'
import {BaseCommand, exitLike} from '../../cli/base-command.ts'
import {checkProjectText, type ProjectCheck} from '../../cli/check-project.ts'
import {writeAmount} from '../../cli/words.ts'
import {readProjectText} from '../../reporter/projects.ts'

export default class CheckProject extends BaseCommand {
  static override summary = 'Check a project file: each problem with its line.'
  static override examples = ['<%= config.bin %> project check usage.project.json']
  static override args = {file: Args.string({required: true, description: 'the project file'})}

  async run(): Promise<ProjectCheck> {
    const {args} = await this.parse(CheckProject)
    const check = checkProjectText(readProjectText(resolve(args.file)))
    if (check.problems.length > 0) exitLike('USAGE_PROJECT_FILE_INVALID')
    return this.present(check, ({project, version, problems}) =>
      problems.length === 0
        ? `${this.paint.green('ok')}  ${project}, version ${version} of what is collected`
        : [
            ...problems.map(({line, column, message}) => `${args.file}:${line}:${column}  ${message}`),
            this.paint.red(writeAmount(problems.length, 'problem')),
          ].join('\n'),
    )
  }
}
