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
  const [setOf, lastOf] = [new Int32Array(headers.users), new Int32Array(headers.users)]
  const sets = createSets()
  return span => {
    const users: number[] = []
    for (const {columns, begin, end} of runsIn(runs, span))
      for (let row = begin; row < end; row++) {
        const header = columns.header[row]!
        const user = headers.user[header]!
        if (user < 0 || (chosen !== null && chosen[header] !== 1)) continue
        const version = versionOf[header]! + 1
        if (lastOf[user] === version) continue
        if (lastOf[user] === 0) users.push(user)
        lastOf[user] = version
        setOf[user] = sets.add(setOf[user]!, version - 1)
      }
    const counts = new Map<number, number>()
    for (const user of users) {
      counts.set(setOf[user]!, (counts.get(setOf[user]!) ?? 0) + 1)
      setOf[user] = 0
      lastOf[user] = 0
    }
    return [...counts].map(([set, count]) => ({versions: sets.of(set).map(version => names[version]!), users: count}))
  }
}

/** Numbers sets of versions. 0 is the empty one. */
function createSets() {
  const all: (readonly number[])[] = [[]]
  const numbers = new Map<string, number>([['', 0]])
  return {
    of: (set: number): readonly number[] => all[set]!,
    add(set: number, version: number): number {
      if (all[set]!.includes(version)) return set
      const larger = [...all[set]!, version].sort((a, b) => a - b)
      const known = numbers.get(larger.join())
      if (known !== undefined) return known
      numbers.set(larger.join(), all.length)
      return all.push(larger) - 1
    },
  }
}
