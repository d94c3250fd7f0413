import {displayName, type ProjectFile} from '../../protocol/project/project-file.ts'
import {toPlainText} from '../../protocol/values/plain-text.ts'

/** Explains the consent model of a project and each way to opt out: sentences, and items that begin with `- `. Pure. */
export function howToStop(project: ProjectFile): string[] {
  const {project: id, environmentVariable: variable, consent} = project
  const name = toPlainText(displayName(project)).replaceAll('`', "'")
  const choice =
    consent === 'opt-in'
      ? [
          `${name} counts only users who opt in. The numbers then describe these users only.`,
          `- to opt in: \`usage optin ${id}\``,
        ]
      : [
          `${name} counts its users unless they opt out. If only volunteers were counted, the numbers would describe volunteers, not users. Therefore very little is sent, nothing is sent before the notice, and one step is enough to opt out:`,
        ]
  return [
    ...choice,
    ...(consent === 'opt-in' ? ['Each of these stops it:'] : []),
    `- \`usage optout ${id}\`, or \`usage optout\` for all projects`,
    ...(variable === undefined ? [] : [`- the environment variable \`${variable}=false\``]),
    '- the environment variable `USAGE_TRACKING=false`, or `DO_NOT_TRACK=1`, for all projects',
    `- a file \`~/.config/usage/optout.d/${id}\`, or \`~/.config/usage/optout\` for all projects; it may be empty`,
    `- on a computer that you administer: a file \`/etc/usage/off.d/${id}\`, or \`/etc/usage/off\` for all projects`,
    'An opt-out takes effect immediately. Waiting events are removed and nothing is sent, not even the opt-out itself.',
  ]
}
