/**
 * Room `rules`: what every store does with events. No database is known here.
 *
 * Too many different values of a kind become `(other)`; what is bounded is shared by senders; undeclared values of an event
 * wait apart from it; an event is a sign of life of its run, and counts in the quality of its day.
 * Read next: `known-values.ts`, `room-shares.ts`, `pending-content.ts`, `signs-of-life.ts`, `batch-counts.ts`.
 */

import type {ProjectFile} from '../../../protocol/project/project-file.ts'
import type {Header} from '../../../protocol/report/header.ts'
import {otherValue} from '../../../protocol/values/other-value.ts'
import type {FieldValues} from '../../../protocol/values/scalars.ts'
import type {AdmittedEvent, Batch} from '../store.ts'

/**
 * Says whether a value may be stored as it is: it is known to the project, or there is room for a new one. Kinds are
 * columns of headers, `client`, `feature`, and `field` or `detail` with its name.
 */
export type AdmitValue = (kind: string, value: string) => boolean

export interface FoldedBatch {
  readonly batch: Batch
  /** The events that have a folded value, also one of their header. */
  readonly folded: ReadonlySet<AdmittedEvent>
}

/**
 * Replaces values for which there is no room by `(other)`. So a page has a bounded number of rows, whatever is sent.
 * Never folded are pseudonyms, numbers, values of an enum, and features that the project declares by name. Pure, except
 * for `admits`.
 *
 * @param file null if the store has no project file: then nothing is declared
 */
export function foldValues(batch: Batch, file: ProjectFile | null, admits: AdmitValue): FoldedBatch {
  const header = foldHeader(batch.header, admits)
  const isHeaderFolded = header !== batch.header
  const folded = new Set<AdmittedEvent>()
  const events = batch.events.map(admitted => {
    const event = foldEvent(admitted.event, file, admits)
    const result = event === admitted.event ? admitted : {...admitted, event}
    if (isHeaderFolded || result !== admitted) folded.add(result)
    return result
  })
  const {client} = batch
  const isOther = client !== undefined && !admits('client', client)
  const sender = isOther ? {...batch, client: otherValue} : batch
  return {batch: folded.size === 0 ? sender : {...sender, header, events}, folded}
}

const headerKinds = ['application', 'version', 'commit', 'component', 'ci', 'agent', 'scheduler'] as const
const systemKinds = ['name', 'version', 'arch', 'readable'] as const

/** The kinds of values of a header, as columns. */
export const foldedColumns = [...headerKinds, ...systemKinds.map(kind => `os_${kind}` as const)] as const

function foldHeader(header: Header, admits: AdmitValue): Header {
  const changes = foldKeys(header, headerKinds, admits, '')
  const system = header.os && foldKeys(header.os, systemKinds, admits, 'os_')
  if (changes === null && system === null) return header
  return {...header, ...changes, ...(system && {os: {...header.os!, ...system}})}
}

/** The changed keys. Null if none has changed. */
function foldKeys<Key extends string>(
  values: Readonly<Record<Key, string | null>>,
  keys: readonly Key[],
  admits: AdmitValue,
  prefix: string,
): Partial<Record<Key, string>> | null {
  let changes: Partial<Record<Key, string>> | null = null
  for (const key of keys) {
    const value = values[key]
    if (value === null || value === otherValue || admits(`${prefix}${key}`, value)) continue
    changes ??= {}
    changes[key] = otherValue
  }
  return changes
}

/** Folds the values of one event. See `foldValues`. */
export function foldEvent(event: AdmittedEvent['event'], file: ProjectFile | null, admits: AdmitValue): typeof event {
  if (event.type !== 'feature') {
    const fields = foldTexts(event.fields, file?.fields, 'field', admits)
    return fields === event.fields ? event : {...event, fields}
  }
  const details = event.details && foldTexts(event.details, file?.features.details, 'detail', admits)
  const folded = details === event.details ? event : {...event, details}
  if (event.name === otherValue || isNamed(file, event.name)) return folded
  return admits('feature', `${event.featureType}\n${event.name}`) ? folded : {...folded, name: otherValue}
}

function isNamed(file: ProjectFile | null, name: string): boolean {
  if (file === null) return false
  return !file.features.allowOther || namesOf(file).has(name)
}

/** A cache: a parsed project file never changes. */
const names = new WeakMap<ProjectFile, ReadonlySet<string>>()

function namesOf(file: ProjectFile): ReadonlySet<string> {
  const known = names.get(file) ?? new Set(file.features.names)
  names.set(file, known)
  return known
}

/** Folds texts of fields or details, except those of an enum. */
function foldTexts(
  fields: FieldValues,
  declared: ProjectFile['fields'] | undefined,
  kind: 'field' | 'detail',
  admits: AdmitValue,
): FieldValues {
  let changes: Record<string, string> | null = null
  for (const name in fields) {
    const value = fields[name]
    if (typeof value !== 'string' || value === otherValue || declared?.[name]?.type === 'enum') continue
    if (admits(`${kind} ${name}`, value)) continue
    changes ??= {}
    changes[name] = otherValue
  }
  return changes === null ? fields : {...fields, ...changes}
}
