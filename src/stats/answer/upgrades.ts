import type {Upgrade, Upgrades} from '../model/breakdowns.ts'
import {formatDay, startOfPeriod} from '../model/period.ts'
import type {StatsFacts, StatsQuestion, VersionUsers} from '../model/source.ts'
import {dayMs, type Span} from '../model/span.ts'

const weekMs = 7 * dayMs
/** A week with fewer users shows nothing about an upgrade. */
const minUsers = 5

const collator = new Intl.Collator('en', {numeric: true})
/** The begin of a pre-release, as in `2.0rc1`, `2.0.0-beta.2` and `2.0.dev3`. A single letter without a number is none. */
const preRelease = /(?<=\d)[-._]?(?=[abc]\d|(?:alpha|beta|dev|nightly|pre|preview|rc|snapshot)(?![a-z]))/gi

/** Of the marks in the text, `_` is sorted before the end, `-`, which is before all other ones, digits and letters. */
const orderOf = (version: string): string => `${version.replaceAll(preRelease, '_').replaceAll(/_(?=dev)/gi, '__')}-`

/** Compares two versions, the older first: by the numbers in them. A pre-release is older than its release. Pure. */
export const compareVersions = (a: string, b: string): number => collator.compare(orderOf(a), orderOf(b))

/** Which versions are still used, and how fast users upgraded to them. Null if users of versions are unknown. Pure. */
export function upgradesOf(question: StatsQuestion, facts: StatsFacts): Upgrades | null {
  const spans = question.versionUsers
  if (spans === null) return null
  const versions = facts.named.version.flatMap(({name}) => (name === null ? [] : [name]))
  const rankOf = rankVersions([...versions, ...facts.versionUsers.flatMap(one => one.versions)])
  const ranked = facts.versionUsers.map(one => ({...one, newest: newestOf(one, rankOf)}))
  const byPlace = Map.groupBy(ranked, ({place}) => place)
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
  const firstMs = new Map(facts.firstRuns.map(({version, atMs}) => [version, startOfPeriod(atMs, 'day')]))
  const isNew = (atMs: number): boolean => atMs >= question.range.fromMs && atMs > (facts.sinceMs ?? 0)
  return {
    month: month === null ? null : formatDay(month.fromMs).slice(0, 7),
    users: ofMonth === null ? null : count(ofMonth),
    versions: versions
      .sort((a, b) => rankOf.get(b)! - rankOf.get(a)!)
      .map((version): Upgrade => {
        const atMs = firstMs.get(version)
        const isFirstKnown = atMs !== undefined && isNew(atMs)
        return {
          version,
          ...usersOf(version, rankOf.get(version)!, ofMonth),
          firstDay: isFirstKnown ? formatDay(atMs) : null,
          halfAfterDays: isFirstKnown ? daysUntilHalf(rankOf.get(version)!, atMs, weeks) : null,
        }
      }),
  }
}

interface RankedUsers extends VersionUsers {
  readonly newest: number | null
}

const count = (some: readonly VersionUsers[]): number => some.reduce((sum, {users}) => sum + users, 0)

type OfMonth = Pick<Upgrade, 'users' | 'share' | 'usersUpTo' | 'shareUpTo'>

function usersOf(version: string, rank: number, month: readonly RankedUsers[] | null): OfMonth {
  if (month === null) return {users: null, share: null, usersUpTo: null, shareUpTo: null}
  const all = count(month)
  const users = count(month.filter(({versions}) => versions.includes(version)))
  const usersUpTo = count(month.filter(({newest}) => newest !== null && newest <= rank))
  const shareOf = (some: number): number | null => (all === 0 ? null : some / all)
  return {users, share: shareOf(users), usersUpTo, shareUpTo: shareOf(usersUpTo)}
}

type Ranks = ReadonlyMap<string | null, number>

/** The place of each version in their order, the oldest first. Equally new ones have one place. */
function rankVersions(versions: readonly (string | null)[]): Ranks {
  const sorted = [...new Set(versions)].flatMap(one => (one === null ? [] : [one])).sort(compareVersions)
  let rank = 0
  return new Map(
    sorted.map((one, index) => {
      if (index > 0 && compareVersions(sorted[index - 1]!, one) < 0) rank++
      return [one, rank]
    }),
  )
}

/** The place of the newest known version of users; null if none is known. */
const newestOf = ({versions}: VersionUsers, rankOf: Ranks): number | null =>
  versions.reduce<number | null>((newest, one) => {
    const rank = rankOf.get(one)
    return rank === undefined || (newest !== null && newest > rank) ? newest : rank
  }, null)

function daysUntilHalf(
  rank: number,
  atMs: number,
  weeks: readonly (Span & {readonly users: readonly RankedUsers[]})[],
): number | null {
  // With the first days of the version left out, the half may have been reached in them.
  if (weeks[0] === undefined || weeks[0].fromMs >= atMs + weekMs) return null
  const found = weeks.find(({toMs, users}) => {
    if (toMs <= atMs) return false
    const known = users.filter(({newest}) => newest !== null)
    const all = count(known)
    return all >= minUsers && 2 * count(known.filter(({newest}) => newest! >= rank)) >= all
  })
  return found === undefined ? null : (found.toMs - atMs) / dayMs
}
