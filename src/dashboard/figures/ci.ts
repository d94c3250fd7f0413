import {writeCount, writeCounted, writeShare} from '../../stats/write/text/write.ts'
import type {Drawing} from './figure.ts'
import {drawRows} from './rows.ts'

export const ciFigure: Drawing = {
  describe: ({ci}) => {
    if (ci === null) return ''
    if (ci.share === null || ci.runs === 0) return 'There were no runs of continuous integration.'
    return `${writeCounted(ci.runs, 'run')} of continuous integration, ${writeShare(ci.share)} of all runs. They are not counted as users.`
  },
  draw: ({ci}) => {
    const most = Math.max(1, ...(ci?.vendors ?? []).map(({runs}) => runs))
    return drawRows({
      head: ['service', 'runs'],
      rows: (ci?.vendors ?? []).map(({name, runs}) => ({
        name,
        counts: [writeCount(runs)],
        bar: [{tone: 'grey', share: runs / most}],
      })),
    })
  },
}
