import {type OutcomesOf, outcomeNames} from '../../stats/model/outcomes.ts'
import {writeCount, writeFault, writeShare} from '../../stats/write/text/write.ts'
import type {Drawing} from './figure.ts'
import {drawRows} from './rows.ts'
import {outcomeTones} from './runs.ts'

export const versionOutcomesFigure: Drawing = {
  describe: ({versionOutcomes}) => {
    const known = knownOf(versionOutcomes)
    if (known.length === 0) return 'No run of a version has a known result.'
    const worst = known.reduce((least, one) => (one.successRate! < least.successRate! ? one : least))
    return `Version ${worst.version ?? 'unknown'} has the lowest success rate: ${writeShare(worst.successRate!)} of its runs with a known result.`
  },
  hint: () => 'The share of a fault is that of the runs with a known result.',
  draw: ({versionOutcomes}) => drawOutcomes('version', knownOf(versionOutcomes), one => one.version ?? 'unknown'),
}

const knownOf = <Row extends OutcomesOf>(rows: readonly Row[] | null): Row[] =>
  (rows ?? []).filter(({successRate}) => successRate !== null)

/** Draws rows with a known result: the outcomes of each as parts of one bar. */
function drawOutcomes<Row extends OutcomesOf>(
  noun: string,
  rows: readonly Row[],
  nameOf: (row: Row) => string,
): string {
  return drawRows({
    head: [noun, 'runs', 'succeeded', 'most common fault'],
    rows: rows.map(row => ({
      name: nameOf(row),
      counts: [
        writeCount(row.runs),
        writeShare(row.successRate!),
        row.faults[0] === undefined ? '' : writeFault(row.faults[0]),
      ],
      bar: outcomeNames
        .filter(name => row[name] > 0)
        .map(name => ({tone: outcomeTones[name], share: row[name] / row.runs})),
    })),
  })
}
