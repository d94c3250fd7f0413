import type {AroundMark} from '../../model/model.ts'
import {fit, layOut} from './draw.ts'
import type {Page, Section} from './page.ts'
import {writeBounded, writeCount, writeShare} from './write.ts'

/** The texts of one side of a mark: runs, users and the success rate. Why they are unknown is the first. */
export function writeSide(side: AroundMark): readonly [runs: string, users: string, succeeded: string] {
  const {reason, runs, usersLow, usersHigh, successRate} = side
  if (reason !== null) return [reason === 'gone' ? 'removed' : 'not collected', '', '']
  return [
    writeCount(runs ?? 0),
    writeBounded({low: usersLow ?? 0, high: usersHigh ?? 0}),
    successRate === null ? '' : writeShare(successRate),
  ]
}

/** Writes the time before and after the newest marks. */
export function writeAround({stats, paint, width}: Page): Section {
  const sides = stats.beforeAndAfter ?? []
  if (sides.length === 0) return {heading: 'Before and after', lines: []}
  const body = sides.map(side => [
    side.side === 'before' ? fit(side.label, Math.max(8, Math.min(32, width - 56))) : '',
    `${side.from} to ${side.to}`,
    ...writeSide(side),
  ])
  const [head, ...rows] = layOut([['', 'days', 'runs', 'users', 'succeeded'], ...body])
  return {heading: 'Before and after', lines: [paint.dim(head!), ...rows]}
}
