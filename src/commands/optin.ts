import {BaseCommand} from '../cli/base-command.ts'
import {decisionFlags, readDecisionProject} from '../cli/decision-flags.ts'
import {writeReason} from '../cli/words.ts'
import {type OptInOutcome, optIn} from '../reporter/decisions.ts'

export default class Optin extends BaseCommand {
  static override aliases = ['enable']
  static override summary = 'Allow recording and sending again, for one project or for every project known here.'
  static override description = 'After a no, nothing from before this moment is ever sent.'
  static override examples = ['<%= config.bin %> optin', '<%= config.bin %> optin --project parsl']
  static override flags = decisionFlags

  async run(): Promise<OptInOutcome> {
    const {flags} = await this.parse(Optin)
    return this.present(await optIn(this.world, readDecisionProject(flags)), ({project, projects}) => {
      const states = projects.map(one => {
        const by = one.consent.decidedBy === null ? '' : ` (${one.consent.decidedBy})`
        return `\n  ${one.project}: ${writeReason(one.consent.heldBy ?? one.consent.reason)}${by}`
      })
      return `Opted in to ${project ?? 'every project known here'}.${states.join('')}`
    })
  }
}
