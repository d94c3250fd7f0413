import {chooseProjectIfNamed} from '../cli/arguments/project-choice.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {decisionFlags, personArgs, readDecisionProject} from '../cli/framework/person-project.ts'
import {writeOptOut} from '../cli/text/write-decision.ts'
import type {ProjectFile} from '../protocol/project/project-file.ts'
import {type OptOutOutcome, optOut} from '../reporter/person/decisions.ts'

export default class Optout extends BaseCommand {
  static override aliases = ['disable']
  static override summary = 'Stop recording and sending, for one project or for all projects.'
  static override description =
    'Takes effect immediately, empties the buffer and sends nothing. The opt-out is stored as a file.'
  static override examples = ['<%= config.bin %> optout', '<%= config.bin %> optout parsl']
  static override args = personArgs
  static override flags = decisionFlags

  async run(): Promise<OptOutOutcome> {
    const {args, flags} = await this.parse(Optout)
    const outcome = optOut(this.world, readDecisionProject(args, flags), this.presentProject())
    return this.presentWrapped(outcome, answer => writeOptOut(answer, this.paint))
  }

  /** The project of USAGE_PROJECT_FILE. A damaged file must not prevent an opt-out. */
  private presentProject(): ProjectFile | null {
    try {
      return chooseProjectIfNamed(this.world, {})
    } catch {
      return null
    }
  }
}
