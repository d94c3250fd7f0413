import type {ProjectsReload} from '../../../collector/intake/live-projects.ts'
import {toPlainText} from '../../../protocol/plain-text.ts'

/** What a collector read again, for its log: one line for the changes, one for each problem. */
export function writeReload({added, changed, removed, problems}: ProjectsReload): string {
  const lists = {added, changed, removed}
  const parts = Object.entries(lists).flatMap(([what, ids]) => (ids.length === 0 ? [] : [`${what} ${ids.join(', ')}`]))
  const what = parts.length === 0 ? 'no change' : parts.join('; ')
  return [`Read the project files again: ${what}.`, ...problems.map(problem => toPlainText(problem))].join('\n')
}
