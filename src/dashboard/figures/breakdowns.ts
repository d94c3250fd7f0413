import type {Breakdown} from '../../stats/model/answer-row.ts'
import {type BreakdownRow, type NamedUsage, namedUsageOf, shownName} from '../../stats/model/breakdowns.ts'
import type {Stats} from '../../stats/model/model.ts'
import {writeCount, writeShare, writeUsers} from '../../stats/write/text/write.ts'
import type {Drawing} from './figure.ts'
import {drawRows} from './rows.ts'

/** Draws a breakdown of the registry: a bar of runs for each name. */
export function breakdownFigure(row: BreakdownRow): Drawing {
  const breakdown: Breakdown = row.breakdown
  const {noun, tone} = breakdown
  return {
    describe: stats => describeFirst(namedUsageOf(stats, row) ?? [], stats, breakdown),
    draw: stats => {
      const rows = namedUsageOf(stats, row) ?? []
      // The sentence is enough if no run reported a name.
      if (rows.every(({name}) => name === null)) return ''
      const most = Math.max(1, ...rows.map(({runs}) => runs))
      return drawRows({
        head: [noun, 'runs', 'users'],
        rows: rows.map(({name, runs, ...people}) => ({
          name: shownName(breakdown, name),
          counts: [writeCount(runs), writeUsers(people)],
          bar: [{tone, share: runs / most}],
        })),
      })
    },
  }
}

/** `Linux has the largest share: 66 % of the runs.` In a report, rows of few users are left out. */
function describeFirst(rows: readonly NamedUsage[], {runs}: Stats, breakdown: Breakdown): string {
  const {noun} = breakdown
  const sum = rows.reduce((all, one) => all + one.runs, 0)
  const total = runs?.total ?? sum
  const first = rows[0]
  if (first === undefined || total === 0 || (first.name === null && first.runs === total))
    return `No run reported ${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}.`
  const share = writeShare(first.runs / total)
  if (first.name === null) return `${share} of the runs reported no ${noun}.`
  if (first.runs === total) return `All runs reported ${shownName(breakdown, first.name)}.`
  return `${shownName(breakdown, first.name)} has the largest share: ${share} of the runs.`
}
