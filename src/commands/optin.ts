import {chooseProjectIfNamed} from '../cli/arguments/project-choice.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {decisionFlags, personArgs, readDecisionProject} from '../cli/framework/person-project.ts'
import {writeOptIn} from '../cli/text/write-decision.ts'
import {type OptInOutcome, optIn} from '../reporter/person/decisions.ts'

export default class Optin extends BaseCommand {
  static override aliases = ['enable']
  static override summary = 'Allow recording and sending again, for one project or for all projects known here.'
  static override description =
    'Events from before an opt-in are never sent after an opt-out. To opt out again: usage optout.'
  static override examples = ['<%= config.bin %> optin', '<%= config.bin %> optin parsl']
  static override args = personArgs
  static override flags = decisionFlags

  async run(): Promise<OptInOutcome> {
    const {args, flags} = await this.parse(Optin)
    const present = chooseProjectIfNamed(this.world, {})
    return this.presentWrapped(await optIn(this.world, readDecisionProject(args, flags), present), writeOptIn)
  }
}
