import {toPlainText} from '../protocol/plain-text.ts'
import {displayName, type ProjectFile} from '../protocol/project-file.ts'
import type {Paint} from './paint.ts'
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
}

export function describeAdded(project: ProjectFile, source: string): AddedProject {
  const {project: id, contact, endpoint, fields} = project
  return {project: id, name: displayName(project), contact, endpoint, fields: Object.keys(fields), source}
}

/** Says what has been registered, and that nothing follows from it yet. */
export function writeAdded({project, name, contact, endpoint, fields}: AddedProject, paint: Paint): string {
  const declared = fields.length === 0 ? '' : ` (${toPlainText(fields.join(', '))})`
  return [
    `${paint.bold(project)} is registered: ${toPlainText(name)}, contact ${toPlainText(contact)}.`,
    `  It reports to ${toPlainText(endpoint.http ?? endpoint.udp ?? 'nowhere')} and declares ${writeAmount(fields.length, 'field')}${declared}.`,
    '  Nothing is sent before its notice has been shown.',
    `  What it counts: usage explain --project ${project}. To say no: usage optout --project ${project}`,
  ].join('\n')
}
