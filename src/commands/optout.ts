import {BaseCommand} from '../cli/framework/base-command.ts'
import {decisionFlags, readDecisionProject} from '../cli/framework/decision-flags.ts'
import {writeAmount} from '../cli/text/words.ts'
import {type OptOutOutcome, optOut} from '../reporter/person/decisions.ts'

export default class Optout extends BaseCommand {
  static override aliases = ['disable']
  static override summary = 'Stop recording and sending, for one project or for all projects.'
  static override description =
    'Takes effect immediately, empties the buffer and sends nothing. The opt-out is stored as a file.'
  static override examples = ['<%= config.bin %> optout', '<%= config.bin %> optout --project parsl']
  static override flags = decisionFlags

  async run(): Promise<OptOutOutcome> {
    const {flags} = await this.parse(Optout)
    return this.present(optOut(this.world, readDecisionProject(flags)), ({project, file, dropped, leftIn}) => {
      const gone = dropped === 0 ? 'No events were waiting.' : `${writeAmount(dropped, 'waiting event')} dropped.`
      const left = leftIn.map(folder => `\n  ${this.paint.red('Could not be emptied')}: ${folder}`).join('')
      return `Opted out of ${project ?? 'all projects'}: nothing is recorded or sent. ${gone}\n  ${this.paint.dim(file)}${left}`
    })
  }
}
