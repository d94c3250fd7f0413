import {addressOf, displayName, type ProjectFile} from '../../protocol/project/project-file.ts'
import {toPlainText} from '../../protocol/values/plain-text.ts'
import {describeChanges, type Registration} from '../../reporter/projects/projects.ts'
import type {Paint} from '../output/paint.ts'
import {writeAmount} from './words.ts'

/** What was registered, for programs. */
export interface AddedProject {
  readonly project: string
  readonly name: string
  readonly contact: string
  readonly endpoint: ProjectFile['endpoint']
  readonly fields: readonly string[]
  /** The file or the address of the project file. */
  readonly source: string
  /** Whether a file was registered under the same id before. */
  readonly isReplaced: boolean
  /** The changes of endpoint and contact, as text. */
  readonly changes: readonly string[]
}

export function describeAdded({project, replaced}: Registration, source: string): AddedProject {
  const {project: id, contact, endpoint, fields} = project
  return {
    project: id,
    name: displayName(project),
    contact,
    endpoint,
    fields: Object.keys(fields),
    source,
    isReplaced: replaced !== null,
    changes: replaced === null ? [] : describeChanges(replaced, project),
  }
}

/** Describes what was registered. Nothing is recorded or sent yet. */
export function writeAdded(added: AddedProject, paint: Paint): string {
  const {project, name, contact, endpoint, fields, isReplaced, changes} = added
  const declared = fields.length === 0 ? '' : ` (${toPlainText(fields.join(', '))})`
  return [
    `${paint.bold(project)} is registered: ${toPlainText(name)}, contact ${toPlainText(contact)}.`,
    ...(isReplaced ? [`  It replaces the registered file${changes.map(change => `; ${change}`).join('')}.`] : []),
    `  It reports to ${toPlainText(addressOf(endpoint) ?? 'nowhere')} and declares ${writeAmount(fields.length, 'field')}${declared}.`,
    '  Nothing is sent before its notice is shown.',
    `  To see what it counts: usage explain --project ${project}. To opt out: usage optout ${project}`,
  ].join('\n')
}
