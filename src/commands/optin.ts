import {chooseProjectIfNamed} from '../cli/arguments/project-choice.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {decisionFlags, readDecisionProject} from '../cli/framework/decision-flags.ts'
import {writeReason} from '../cli/text/words.ts'
import {type OptInOutcome, optIn} from '../reporter/person/decisions.ts'

export default class Optin extends BaseCommand {
  static override aliases = ['enable']
  static override summary = 'Allow recording and sending again, for one project or for all projects known here.'
  static override description = 'Events from before an opt-in are never sent after an opt-out.'
  static override examples = ['<%= config.bin %> optin', '<%= config.bin %> optin --project parsl']
  static override flags = decisionFlags

  async run(): Promise<OptInOutcome> {
    const {flags} = await this.parse(Optin)
    const present = chooseProjectIfNamed(this.world, {})
    return this.present(await optIn(this.world, readDecisionProject(flags), present), writeOptIn)
  }
}

/** Describes the result of the opt-in. Where another consent rule forbids it, recording stays off. */
function writeOptIn(outcome: OptInOutcome): string {
  const {project, projects, noToAll} = outcome
  const states = projects.map(one => {
    const by = one.consent.decidedBy === null ? '' : ` (${one.consent.decidedBy})`
    return `\n  ${one.project}: ${writeReason(one.consent.heldBy ?? one.consent.reason)}${by}`
  })
  const isOff = projects.length > 0 ? projects.every(one => !one.consent.allowed) : noToAll !== null
  const next = noToAll === null ? '' : `\n  You opted out of all projects (${noToAll}). To undo that: usage optin`
  if (isOff)
    return `The opt-in to ${project ?? 'all projects'} is saved, but recording is still off.${states.join('')}${next}`
  if (projects.length === 0) return writeUnknown(project)
  return `Opted in to ${project ?? 'all projects known here'}.${states.join('')}`
}

/** An opt-in to a project that is not known here sends nothing yet: its notice comes first. */
function writeUnknown(project: string | null): string {
  if (project === null)
    return 'Opted in. No project is known here yet. Each one shows its notice before anything is sent.'
  return `The opt-in to ${project} is saved. The project is not known here yet. It shows its notice before anything is sent.`
}
