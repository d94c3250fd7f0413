import type {Upgrade, Upgrades} from '../model/breakdowns.ts'
import {formatDay, startOfPeriod} from '../model/period.ts'
import type {StatsFacts, StatsQuestion, VersionUsers} from '../model/source.ts'
import {dayMs, type Span} from '../model/span.ts'

const weekMs = 7 * dayMs
/** A week with fewer users shows nothing about an upgrade. */
const minUsers = 5

/** Compares two versions, the older first: by the numbers in them. Pure. */
export const compareVersions = (a: string, b: string): number => a.localeCompare(b, 'en', {numeric: true})

/** Which versions are still used, and how fast users upgraded to them. Null if users of versions are unknown. Pure. */
export function upgradesOf(question: StatsQuestion, facts: StatsFacts): Upgrades | null {
  const spans = question.versionUsers
  if (spans === null) return null
  const byPlace = Map.groupBy(facts.versionUsers, ({place}) => place)
  const isKnown = (span: Span): boolean =>
    span.fromMs >= (facts.quality.runsSinceMs ?? 0) &&
    !question.rotation.some(({fromMs}) => fromMs > span.fromMs && fromMs < span.toMs)
  const {month} = spans
  const ofMonth = month !== null && isKnown(month) ? (byPlace.get(-1) ?? []) : null
  const weeks = Array.from({length: (spans.weeks.toMs - spans.weeks.fromMs) / weekMs}, (_, place) => {
    const fromMs = spans.weeks.fromMs + place * weekMs
    const week = {fromMs, toMs: fromMs + weekMs}
    return {...week, users: isKnown(week) ? (byPlace.get(place) ?? []) : []}
  })
  const versions = facts.named.version.flatMap(({name}) => (name === null ? [] : [name]))
  const firstMs = new Map(facts.firstRuns.map(({version, atMs}) => [version, startOfPeriod(atMs, 'day')]))
  const isNew = (atMs: number): boolean => atMs >= question.range.fromMs && atMs > (facts.sinceMs ?? 0)
  return {
    month: month === null ? null : formatDay(month.fromMs).slice(0, 7),
    users: ofMonth === null ? null : count(ofMonth),
    versions: versions
      .sort((a, b) => compareVersions(b, a))
      .map((version): Upgrade => {
        const atMs = firstMs.get(version)
        const isFirstKnown = atMs !== undefined && isNew(atMs)
        return {
          version,
          ...usersOf(version, ofMonth),
          firstDay: isFirstKnown ? formatDay(atMs) : null,
          halfAfterDays: isFirstKnown ? daysUntilHalf(version, atMs, weeks) : null,
        }
      }),
  }
}

const count = (some: readonly VersionUsers[]): number => some.reduce((sum, {users}) => sum + users, 0)

type OfMonth = Pick<Upgrade, 'users' | 'share' | 'usersUpTo' | 'shareUpTo'>

function usersOf(version: string, month: readonly VersionUsers[] | null): OfMonth {
  if (month === null) return {users: null, share: null, usersUpTo: null, shareUpTo: null}
  const all = count(month)
  const users = count(month.filter(({versions}) => versions.includes(version)))
  const usersUpTo = count(
    month.filter(({versions}) => {
      const newest = newestOf(versions)
      return newest !== null && compareVersions(newest, version) <= 0
    }),
  )
  const shareOf = (some: number): number | null => (all === 0 ? null : some / all)
  return {users, share: shareOf(users), usersUpTo, shareUpTo: shareOf(usersUpTo)}
}

/** The newest known version; null if none is known. */
const newestOf = (versions: readonly (string | null)[]): string | null =>
  versions.reduce(
    (newest, one) => (one === null || (newest !== null && compareVersions(newest, one) > 0) ? newest : one),
    null,
  )

function daysUntilHalf(
  version: string,
  atMs: number,
  weeks: readonly (Span & {readonly users: readonly VersionUsers[]})[],
): number | null {
  const found = weeks.find(({toMs, users}) => {
    const known = users.flatMap(one => {
      const newest = newestOf(one.versions)
      return newest === null ? [] : [{...one, isUpgraded: compareVersions(newest, version) >= 0}]
    })
    return toMs > atMs && count(known) >= minUsers && 2 * count(known.filter(one => one.isUpgraded)) >= count(known)
  })
  return found === undefined ? null : (found.toMs - atMs) / dayMs
}
