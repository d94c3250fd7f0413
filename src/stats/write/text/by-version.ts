import type {Conspicuous, OutcomesOf} from '../../model/outcomes.ts'
import {fit, flow, layOut, maxRows, more} from './draw.ts'
import type {Page, Section} from './page.ts'
import {describeConspicuous, writeCounted, writeFault, writeShare} from './write.ts'

/** Writes how the runs of each version ended. */
export const writeVersionOutcomes = (page: Page): Section => ({
  heading: 'Outcomes by version',
  lines: outcomeTable(page.stats.versionOutcomes ?? [], page, {noun: 'version', show: one => one.version ?? 'unknown'}),
})

/** Writes how the runs ended that used each feature. */
export const writeFeatureOutcomes = (page: Page): Section => ({
  heading: 'Outcomes by feature',
  lines: outcomeTable(page.stats.featureOutcomes ?? [], page, {noun: 'feature', show: one => one.name}),
})

/** Writes a sentence for each item that fails much more often. */
export const writeConspicuous = ({stats, width}: Page): Section => ({
  heading: 'What fails much more often',
  lines: (stats.conspicuous ?? []).flatMap((one: Conspicuous) => flow(describeConspicuous(one), width)),
})

/** Writes who still uses which version, and how fast users upgraded. */
export function writeUpgrades({stats: {upgrades}, paint}: Page): Section {
  if (upgrades === null || upgrades.month === null || upgrades.users === null || upgrades.users === 0)
    return {heading: 'Which versions are still used', lines: []}
  const body = upgrades.versions
    .slice(0, maxRows)
    .map(({version, users, share, shareUpTo, firstDay, halfAfterDays}) => [
      fit(version, 20),
      users ?? 0,
      writeShare(share ?? 0),
      writeShare(shareUpTo ?? 0),
      firstDay ?? '',
      halfAfterDays === null ? '' : writeCounted(halfAfterDays, 'day'),
    ])
  const heads = ['', 'users', 'share', 'this or older', 'first day', 'half upgraded after']
  const [head, ...table] = layOut([heads, ...body])
  return {
    heading: `Which versions are still used, by the ${writeCounted(upgrades.users, 'user')} of ${upgrades.month}`,
    lines: [paint.dim(head!), ...table, ...more(upgrades.versions.length, 'version')],
  }
}

interface Shown<Row> {
  readonly noun: string
  readonly show: (row: Row) => string
}

/** A table of rows with a known result, with the most runs first. */
function outcomeTable<Row extends OutcomesOf>(
  rows: readonly Row[],
  {paint, width}: Page,
  {noun, show}: Shown<Row>,
): string[] {
  const known = rows.filter(({successRate}) => successRate !== null)
  if (known.length === 0) return []
  const body = known
    .slice(0, maxRows)
    .map(row => [
      fit(show(row), Math.max(8, Math.min(32, width - 46))),
      row.runs,
      writeShare(row.successRate!),
      row.faults[0] === undefined ? '' : fit(writeFault(row.faults[0]), 30),
    ])
  const [head, ...table] = layOut([['', 'runs', 'succeeded', 'most common fault'], ...body])
  return [paint.dim(head!), ...table, ...more(known.length, noun)]
}
