import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {Consent} from '../../reporter/consent/consent.ts'
import type {OptInOutcome, OptOutOutcome} from '../../reporter/person/decisions.ts'
import {writeKnown} from '../arguments/known-projects.ts'
import type {Paint} from '../output/paint.ts'
import {writeAmount, writeReason} from './words.ts'

/** Writes the result of an opt-out for a person. */
export function writeOptOut({project, file, dropped, leftIn, onlyKnown}: OptOutOutcome, paint: Paint): string {
  const gone = dropped === 0 ? 'No events were waiting.' : `${writeAmount(dropped, 'waiting event')} dropped.`
  // Who mistypes an id must not read that nothing is recorded.
  const isElsewhere = (onlyKnown ?? []).length > 0
  return [
    isElsewhere
      ? `The opt-out of ${project} is saved, but no project with this id is known here.`
      : `Opted out of ${project ?? 'all projects'}: nothing is recorded or sent. ${gone}`,
    `  ${paint.dim(file)}`,
    ...leftIn.map(folder => `  ${paint.red('Could not be emptied')}: ${folder}`),
    ...(onlyKnown === null ? [] : [`  ${writeKnown(project ?? '', onlyKnown)}`]),
    ...(isElsewhere
      ? [`  ${paint.yellow('The known projects are not changed.')} To opt out of all: usage optout`]
      : []),
  ].join('\n')
}

/** Writes the result of an opt-in. Where another consent rule forbids it, recording stays off. */
export function writeOptIn({project, projects, noToAll, machine, onlyKnown}: OptInOutcome): string {
  const states = writeStates(projects)
  const isOff = projects.length > 0 ? projects.every(one => !one.consent.allowed) : !machine.allowed
  const rule = isOff && projects.length === 0 ? `\n  ${writeConsent(machine)}` : ''
  const all = noToAll === null ? '' : `\n  To undo the opt-out of all projects (${noToAll}): usage optin`
  const next = `${all}\n  To opt out: usage optout${project === null ? '' : ` ${project}`}`
  if (isOff)
    return `The opt-in to ${project ?? 'all projects'} is saved, but recording is still off.${states.join('')}${rule}${all === '' ? '' : next}`
  if (projects.length > 0) return `Opted in to ${project ?? 'all projects known here'}.${states.join('')}${next}`
  const later = 'shows its notice before anything is sent.'
  const those = project === null || !onlyKnown?.length ? '' : ` ${writeKnown(project, onlyKnown)}`
  if (project !== null) return `Opted in to ${project}. The project is not known here yet. It ${later}${those}${next}`
  return `Opted in. No project is known here yet. Each one ${later}${next}`
}

/**
 * One line for each project and what the rules decide. A place to which a site no longer lets events go is left out where
 * they go to another one.
 */
function writeStates(projects: OptInOutcome['projects']): string[] {
  const goes = new Set(projects.filter(one => one.consent.allowed).map(one => one.project))
  const shown = projects.filter(one => one.consent.allowed || !goes.has(one.project))
  return [...new Set(shown.map(one => `\n  ${one.project}: ${writeConsent(one.consent)}`))]
}

/** What the rules decide now: a sentence, what decided, and the text of the administrator. */
export function writeConsent({heldBy, reason, decidedBy, text}: Consent): string {
  const by = decidedBy === null ? '' : ` (${toPlainText(decidedBy)})`
  return `${writeReason(heldBy ?? reason)}${by}${text === null ? '' : ` "${toPlainText(text)}"`}`
}
