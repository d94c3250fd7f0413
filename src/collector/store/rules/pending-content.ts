import {keepDeclared} from '../../../protocol/project/declaration.ts'
import {isDeclaredFeature, type ProjectFile} from '../../../protocol/project/project-file.ts'
import type {FieldValues} from '../../../protocol/values/scalars.ts'
import type {AdmittedEvent} from '../store.ts'
import {type AdmitValue, foldEvent} from './fold-values.ts'

/** What is kept of a pending event. A stored event has only the values that are not stored. */
export type PendingContent = Pick<AdmittedEvent, 'event' | 'timeMs' | 'isClamped'>

/** What a project file declares by now of a pending event. */
export interface Release {
  /** The event with the values that are declared, folded. */
  readonly event: AdmittedEvent['event']
  /** The values that are still undeclared. */
  readonly left: FieldValues
}

/** An event with other values. */
export const withValues = (event: AdmittedEvent['event'], values: FieldValues): AdmittedEvent['event'] =>
  event.type === 'feature' ? {...event, details: values} : {...event, fields: values}

/** The values of an event: its details or its fields. */
export const valuesOf = (event: AdmittedEvent['event']): FieldValues =>
  (event.type === 'feature' ? event.details : event.fields) ?? {}

/**
 * Finds what is counted now of a pending event. Null: nothing. Pure, except for `admits`.
 *
 * @param isStored the event is stored without these values
 */
export function releaseOf(
  file: ProjectFile,
  {event}: PendingContent,
  isStored: boolean,
  admits: AdmitValue,
): Release | null {
  const isFeature = event.type === 'feature'
  if (!isStored && !(isFeature && isDeclaredFeature(file, event.featureType, event.name))) return null
  const values = valuesOf(event)
  const {kept, dropped} = keepDeclared(isFeature ? file.features.details : file.fields, values)
  if (isStored && Object.keys(kept).length === 0) return null
  const left = dropped.map(({name}) => [name, values[name]!] as const)
  return {event: foldEvent(withValues(event, kept), file, admits), left: Object.fromEntries(left)}
}
