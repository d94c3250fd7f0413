import {toPlainText} from '../../protocol/plain-text.ts'
import {addressOf, displayName, type ProjectFile} from '../../protocol/project-file.ts'
import {describeChanges, type Registration} from '../../reporter/projects/projects.ts'
import type {Paint} from '../output/paint.ts'
import {writeAmount} from './words.ts'

/** What has been registered, for programs. */
export interface AddedProject {
  readonly project: string
  readonly name: string
  readonly contact: string
  readonly endpoint: ProjectFile['endpoint']
  readonly fields: readonly string[]
  /** The file or the address that it came from. */
  readonly source: string
  /** Whether a file was registered under the same id before. */
  readonly isReplaced: boolean
  /** What of the endpoint and the contact it has changed, in words. */
  readonly changes: readonly string[]
}

export function describeAdded({project, replaced}: Registration, source: string): AddedProject {
  const {project: id, contact, endpoint, fields} = project
  return {
    ...{project: id, name: displayName(project), contact, endpoint, fields: Object.keys(fields), source},
    isReplaced: replaced !== null,
    changes: replaced === null ? [] : describeChanges(replaced, project),
  }
}

/** Says what has been registered, and that nothing follows from it yet. */
export function writeAdded(added: AddedProject, paint: Paint): string {
  const {project, name, contact, endpoint, fields, isReplaced, changes} = added
  const declared = fields.length === 0 ? '' : ` (${toPlainText(fields.join(', '))})`
  return [
    `${paint.bold(project)} is registered: ${toPlainText(name)}, contact ${toPlainText(contact)}.`,
    ...(isReplaced
      ? [`  It replaces the file that was registered${changes.map(change => `; ${change}`).join('')}.`]
      : []),
    `  It reports to ${toPlainText(addressOf(endpoint) ?? 'nowhere')} and declares ${writeAmount(fields.length, 'field')}${declared}.`,
    '  Nothing is sent before its notice has been shown.',
    `  What it counts: usage explain --project ${project}. To say no: usage optout --project ${project}`,
  ].join('\n')
}
