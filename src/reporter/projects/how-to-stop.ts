import {toPlainText} from '../../protocol/plain-text.ts'
import {displayName, type ProjectFile} from '../../protocol/project-file.ts'

/** Says why a project asks, or does not ask, and names each way to stop it: sentences, and items that begin with `- `. Pure. */
export function howToStop(project: ProjectFile): string[] {
  const {project: id, environmentVariable: variable, consent} = project
  const name = toPlainText(displayName(project)).replaceAll('`', "'")
  const choice =
    consent === 'opt-in'
      ? [
          `${name} counts only those who say yes, because what is sent should be given freely. The answers then speak for those who take part, and for nobody else.`,
          `- to say yes: \`usage optin --project ${id}\``,
        ]
      : [
          `${name} counts unless you say no. Were only those counted who switch it on, the answers would be about them and not about those who use the software. That is why so little is sent, why nothing leaves before the notice, and why one step is enough to stop it:`,
        ]
  return [
    ...choice,
    ...(consent === 'opt-in' ? ['Each of these stops it again:'] : []),
    `- \`usage optout --project ${id}\`, or \`usage optout\` for every project`,
    ...(variable === undefined ? [] : [`- the environment variable \`${variable}=false\``]),
    '- the environment variable `USAGE_TRACKING=false`, or `DO_NOT_TRACK=1`, for every project',
    `- a file \`~/.config/usage/optout.d/${id}\`, or \`~/.config/usage/optout\` for every project; what is in it does not matter`,
    `- on a computer that you administer: a file \`/etc/usage/off.d/${id}\`, or \`/etc/usage/off\` for every project`,
    'A no takes effect at once: what waits is removed, and nothing is sent, not even that you said no.',
  ]
}
