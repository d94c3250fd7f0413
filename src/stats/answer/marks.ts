import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {Mark} from '../model/model.ts'
import {formatDay, startOfPeriod} from '../model/period.ts'
import type {StatsFacts} from '../model/source.ts'
import type {Span} from '../model/span.ts'

/** The most versions whose first day is marked. */
const maxVersions = 10

/**
 * The milestones in the range, and the first days of the versions with most runs. A version is new if nobody ran it in
 * the year before the range, and if it was not there on the first day of data. Pure.
 */
export function marksOf(project: ProjectFile, range: Span, facts: StatsFacts): Mark[] {
  const milestones = (project.milestones ?? [])
    .filter(({date}) => isIn(range, Date.parse(date)))
    .map(({date, label}): Mark => ({day: date, label, kind: 'milestone'}))
  return [...milestones, ...firstDays(range, facts)].sort(byDay)
}

function firstDays(range: Span, {firstRuns, named, sinceMs}: StatsFacts): Mark[] {
  const runs = new Map(named.version.map(one => [one.name, one.runs]))
  const runsOf = (version: string): number => runs.get(version) ?? 0
  return firstRuns
    .filter(({atMs}) => isIn(range, atMs) && startOfPeriod(atMs, 'day') > (sinceMs ?? 0))
    .sort((a, b) => runsOf(b.version) - runsOf(a.version) || b.atMs - a.atMs)
    .slice(0, maxVersions)
    .map(({version, atMs}) => ({day: formatDay(atMs), label: version, kind: 'version'}))
}

const isIn = ({fromMs, toMs}: Span, atMs: number): boolean => atMs >= fromMs && atMs < toMs

function byDay(a: Mark, b: Mark): number {
  if (a.day !== b.day) return a.day < b.day ? -1 : 1
  return a.label < b.label ? -1 : 1
}
