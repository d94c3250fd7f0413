import {chooseProjectIfNamed} from '../cli/arguments/project-choice.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {decisionFlags, readDecisionProject} from '../cli/framework/decision-flags.ts'
import {writeReason} from '../cli/text/words.ts'
import {type OptInOutcome, optIn} from '../reporter/person/decisions.ts'

export default class Optin extends BaseCommand {
  static override aliases = ['enable']
  static override summary = 'Allow recording and sending again, for one project or for every project known here.'
  static override description = 'After a no, nothing from before this moment is ever sent.'
  static override examples = ['<%= config.bin %> optin', '<%= config.bin %> optin --project parsl']
  static override flags = decisionFlags

  async run(): Promise<OptInOutcome> {
    const {flags} = await this.parse(Optin)
    const present = chooseProjectIfNamed(this.world, {})
    return this.present(await optIn(this.world, readDecisionProject(flags), present), writeOptIn)
  }
}

/** Says what the yes came to: where another rule still says no, nothing is on. */
function writeOptIn(outcome: OptInOutcome): string {
  const {project, projects, noToAll} = outcome
  const states = projects.map(one => {
    const by = one.consent.decidedBy === null ? '' : ` (${one.consent.decidedBy})`
    return `\n  ${one.project}: ${writeReason(one.consent.heldBy ?? one.consent.reason)}${by}`
  })
  const isOff = projects.length > 0 ? projects.every(one => !one.consent.allowed) : noToAll !== null
  const next = noToAll === null ? '' : `\n  You have opted out of every project (${noToAll}); to undo that: usage optin`
  if (isOff)
    return `Your yes to ${project ?? 'every project'} is kept, but recording is still off.${states.join('')}${next}`
  if (projects.length === 0) return writeUnknown(project)
  return `Opted in to ${project ?? 'every project known here'}.${states.join('')}`
}

/** A yes to what is not known here opens nothing yet: its notice comes first. */
function writeUnknown(project: string | null): string {
  if (project === null)
    return 'Opted in. No project is known here yet: each will show its notice before anything is sent.'
  return `Your yes to ${project} is kept. It is not known here yet: its notice will be shown before anything is sent.`
}
