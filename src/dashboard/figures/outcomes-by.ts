import {type OutcomesOf, outcomeNames} from '../../stats/model/outcomes.ts'
import {describeConspicuous, writeCount, writeFault, writeShare} from '../../stats/write/text/write.ts'
import type {Drawing} from './figure.ts'
import {drawRows} from './rows.ts'
import {outcomeTones} from './runs.ts'

const hint = () => 'The share of a fault is that of the runs with a known result.'

export const versionOutcomesFigure: Drawing = {
  describe: ({versionOutcomes}) => describeWorst(versionOutcomes, one => `Version ${one.version ?? 'unknown'}`),
  hint,
  draw: ({versionOutcomes}) => drawOutcomes('version', versionOutcomes, one => one.version ?? 'unknown'),
}

export const featureOutcomesFigure: Drawing = {
  describe: ({featureOutcomes}) => describeWorst(featureOutcomes, one => one.name),
  hint,
  draw: ({featureOutcomes}) => drawOutcomes('feature', featureOutcomes, one => `${one.name} (${one.type})`),
  hideEmpty: true,
}

export const featureVersionOutcomesFigure: Drawing = {
  describe: ({featureVersionOutcomes}) => describeWorst(featureVersionOutcomes, inVersion),
  hint,
  draw: ({featureVersionOutcomes}) => drawOutcomes('feature and version', featureVersionOutcomes, inVersion),
  hideEmpty: true,
}

export const conspicuousFigure: Drawing = {
  describe: ({conspicuous}) => (conspicuous ?? []).map(describeConspicuous).join(' '),
  draw: () => '',
  hideEmpty: true,
}

const inVersion = ({name, version}: {readonly name: string; readonly version: string | null}): string =>
  `${name} in ${version ?? 'an unknown version'}`

function describeWorst<Row extends OutcomesOf>(rows: readonly Row[] | null, nameOf: (row: Row) => string): string {
  if (rows === null) return 'Unknown: single uses or runs of this range are purged.'
  const known = knownOf(rows)
  if (known.length === 0) return 'No result of a run is known.'
  const worst = known.reduce((least, one) => (one.successRate! < least.successRate! ? one : least))
  const share = writeShare(worst.successRate!)
  return `${nameOf(worst)} has the lowest success rate: ${share} of its runs with a known result.`
}

const knownOf = <Row extends OutcomesOf>(rows: readonly Row[] | null): Row[] =>
  (rows ?? []).filter(({successRate}) => successRate !== null)

/** Draws rows with a known result: the outcomes of each as parts of one bar. */
function drawOutcomes<Row extends OutcomesOf>(
  noun: string,
  rows: readonly Row[] | null,
  nameOf: (row: Row) => string,
): string {
  return drawRows({
    head: [noun, 'runs', 'succeeded', 'most common fault'],
    rows: knownOf(rows).map(row => ({
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
