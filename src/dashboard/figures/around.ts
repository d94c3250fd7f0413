import type {AroundMark} from '../../stats/model/model.ts'
import {writeSide} from '../../stats/write/text/around.ts'
import {writeShare} from '../../stats/write/text/write.ts'
import type {Drawing} from './figure.ts'
import {drawRows} from './rows.ts'

export const aroundFigure: Drawing = {
  describe: ({beforeAndAfter}) => {
    const [before, after] = (beforeAndAfter ?? []).slice(-2)
    if (before === undefined || after === undefined) return 'No mark of the range is at least seven days old.'
    if (before.successRate === null || after.successRate === null) return `The newest mark is ${after.label}.`
    return `Before ${after.label}, ${writeShare(before.successRate)} of the runs succeeded; after it, ${writeShare(after.successRate)}.`
  },
  hint: ({filters: {appVersion}}) =>
    `Runs of ${appVersion === null ? 'all versions' : `version ${appVersion}`}, in equally long times before and from the day of a mark.`,
  draw: ({beforeAndAfter}) => {
    const sides = beforeAndAfter ?? []
    const most = Math.max(1, ...sides.map(({runs}) => runs ?? 0))
    return drawRows({
      head: ['mark', 'runs', 'users', 'succeeded'],
      rows: sides.map(side => ({
        name: nameOf(side),
        counts: writeSide(side),
        bar: [{tone: side.side === 'before' ? 'grey' : 'blue', share: (side.runs ?? 0) / most}],
      })),
    })
  },
}

const nameOf = ({label, side, from, to}: AroundMark): string => `${label}: ${side} (${from} to ${to})`
