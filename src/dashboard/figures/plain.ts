import type {AnswerRow} from '../../stats/model/answer-row.ts'
import {roundCell} from '../../stats/write/shown.ts'
import type {Cell} from '../../stats/write/table.ts'
import {tableOf} from '../../stats/write/tables.ts'
import {writeCounted} from '../../stats/write/text/write.ts'
import type {Drawing} from './figure.ts'
import {drawRows} from './rows.ts'

/** Draws an answer as its table, with a bar for the first number of each row. */
export function plainFigure(row: AnswerRow): Drawing {
  return {
    describe: stats => writeCounted(tableOf(row, stats).rows?.length ?? 0, 'row'),
    draw: stats => {
      const {columns, rows} = tableOf(row, stats)
      const place = columns.findIndex((_, index) => rows?.some(cells => typeof cells[index] === 'number'))
      const firstNumber = (cells: readonly Cell[]): number => Number(cells[place] ?? 0)
      const most = Math.max(1, ...(rows ?? []).map(firstNumber))
      const texts = Math.max(1, place)
      return drawRows({
        head: [columns.slice(0, texts).join(', '), ...columns.slice(texts)],
        rows: (rows ?? []).map(cells => ({
          name: cells
            .slice(0, texts)
            .map(cell => (cell === null ? 'unknown' : roundCell(cell)))
            .join(', '),
          counts: cells.slice(texts).map(roundCell),
          bar: [{tone: 'blue', share: firstNumber(cells) / most}],
        })),
      })
    },
  }
}
