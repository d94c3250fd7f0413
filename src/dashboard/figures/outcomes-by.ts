import {type OutcomesOf, outcomeNames} from '../../stats/model/outcomes.ts'
import {describeConspicuous, writeCount, writeCounted, writeFault, writeShare} from '../../stats/write/text/write.ts'
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

export const upgradesFigure: Drawing = {
  describe: ({upgrades}) => {
    if (upgrades?.month == null || upgrades.users === null) return 'The users of the last full month are unknown.'
    const oldest = upgrades.versions.findLast(({users}) => users !== null && users > 0)
    const who = `${writeCounted(upgrades.users, 'user')} in ${upgrades.month}`
    if (oldest === undefined) return `${who}, and none reported a version.`
    return `${who}. The oldest version that was used is ${oldest.version}, by ${writeShare(oldest.share!)} of them.`
  },
  hint: () => 'This or older: users who ran no newer version. Half upgraded: to this version or a newer one.',
  draw: ({upgrades}) =>
    drawRows({
      head: ['version', 'users', 'share', 'this or older', 'first day', 'half upgraded'],
      rows: (upgrades?.versions ?? []).map(one => ({
        name: one.version,
        counts: [
          one.users === null ? '' : writeCount(one.users),
          ...[one.share, one.shareUpTo].map(share => (share === null ? '' : writeShare(share))),
          one.firstDay ?? '',
          one.halfAfterDays === null ? '' : `after ${writeCounted(one.halfAfterDays, 'day')}`,
        ],
        bar: [{tone: 'blue', share: one.share ?? 0}],
      })),
    }),
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
