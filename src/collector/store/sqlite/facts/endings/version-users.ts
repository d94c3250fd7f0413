import type {VersionSpans, VersionUsers} from '../../../../../stats/model/source.ts'
import {dayMs, type Span} from '../../../../../stats/model/span.ts'
import {type Runs, runsIn} from '../count-runs.ts'

const weekMs = 7 * dayMs

/** Counts the users of a month and of weeks by the versions that they ran. */
export function countVersionUsers(runs: Runs, spans: VersionSpans | null): VersionUsers[] {
  if (spans === null) return []
  const {month, weeks} = spans
  const count = createSetCounter(runs)
  const ofMonth = month === null ? [] : count(month).map(one => ({place: -1, ...one}))
  const ofWeeks = Array.from({length: (weeks.toMs - weeks.fromMs) / weekMs}, (_, place) => {
    const fromMs = weeks.fromMs + place * weekMs
    return count({fromMs, toMs: fromMs + weekMs}).map(one => ({place, ...one}))
  })
  return [...ofMonth, ...ofWeeks.flat()]
}

/** Makes the function that counts the users of a span by their set of versions. It reuses its memory. */
function createSetCounter(runs: Runs): (span: Span) => Omit<VersionUsers, 'place'>[] {
  const {headers, chosen} = runs
  const [versionOf, names] = [headers.name.version, headers.names.version]
  // Nearly every user has one version, which is one more than its number in `first`.
  const first = new Int32Array(headers.users)
  return span => {
    const users: number[] = []
    const others = new Map<number, Set<number>>()
    for (const {columns, begin, end} of runsIn(runs, span))
      for (let row = begin; row < end; row++) {
        const header = columns.header[row]!
        const user = headers.user[header]!
        if (user < 0 || (chosen !== null && chosen[header] !== 1)) continue
        const version = versionOf[header]!
        if (first[user] === version + 1) continue
        if (first[user] === 0) {
          users.push(user)
          first[user] = version + 1
        } else if (!others.get(user)?.add(version)) others.set(user, new Set([version]))
      }
    const counts = new Map<number | string, {readonly versions: readonly number[]; users: number}>()
    for (const user of users) {
      const [one, more] = [first[user]! - 1, others.get(user)]
      first[user] = 0
      const versions = more === undefined ? [one] : [one, ...more].sort((a, b) => a - b)
      const key = more === undefined ? one : versions.join()
      const known = counts.get(key)
      if (known === undefined) counts.set(key, {versions, users: 1})
      else known.users++
    }
    return Array.from(counts.values(), ({versions, users}) => ({versions: versions.map(one => names[one]!), users}))
  }
}
