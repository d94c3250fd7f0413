import {toPlainText} from '../../protocol/values/plain-text.ts'
import {type AnswerKey, answers} from '../model/answers.ts'
import type {Stats} from '../model/model.ts'
import {describeDays} from './shown.ts'
import {writeAround} from './text/around.ts'
import {writeBreakdown, writeCi} from './text/breakdowns.ts'
import {writeConspicuous, writeFeatureOutcomes, writeUpgrades, writeVersionOutcomes} from './text/by-version.ts'
import {writeDetails, writeFeatures, writeFields, writeUnused} from './text/details.ts'
import {writeDuration, writeOutcomes} from './text/outcomes.ts'
import type {Page, Section} from './text/page.ts'
import type {Paint} from './text/paint.ts'
import {writePlainTable} from './text/plain-table.ts'
import {writeData, writeFilters} from './text/quality.ts'
import {writeUse} from './text/use.ts'

export interface TextOptions {
  readonly paint: Paint
  /** Characters of a terminal line. A width below 40 counts as 40, one above 120 as 120. */
  readonly width: number
  /** The name of the project for people; default: its id. */
  readonly title?: string
}

/**
 * The answers with a section of their own. `null`: another section contains the answer. An answer that is not listed is
 * written as a breakdown or as a plain table.
 */
const writers: Readonly<Partial<Record<AnswerKey, ((page: Page) => Section) | null>>> = {
  filters: writeFilters,
  users: writeUse,
  runs: null,
  userFlow: null,
  hosts: null,
  scripts: null,
  trend: null,
  outcomes: writeOutcomes,
  successRate: null,
  commonestFault: null,
  exitCodes: null,
  versionOutcomes: writeVersionOutcomes,
  featureOutcomes: writeFeatureOutcomes,
  featureVersionOutcomes: null,
  conspicuous: writeConspicuous,
  duration: writeDuration,
  features: writeFeatures,
  details: writeDetails,
  unusedFeatures: writeUnused,
  adoption: null,
  beforeAndAfter: writeAround,
  upgrades: writeUpgrades,
  ci: writeCi,
  fields: writeFields,
  fieldValues: null,
  fieldPeriods: null,
  quality: writeData,
  tables: null,
}

/**
 * Writes stats as a page for a terminal. Ends with a line break. Names from outside cannot move the cursor, hide text
 * or change the direction of writing. Pure.
 */
export function writeStats(stats: Stats, {paint, width, title}: TextOptions): string {
  const page = {stats, paint, width: Math.max(40, Math.min(120, width)) - 2}
  const heading = `${paint.bold(toPlainText(title ?? stats.project))}  ${describeDays(stats)}, by ${stats.by}`
  const sections = isEmpty(stats) ? [writeFilters(page), nothing, writeData(page)] : writeSections(page)
  const parts = sections
    .filter(({lines}) => lines.length > 0)
    .map(({heading: name, lines}) => [paint.bold(name), ...lines.map(line => `  ${line}`)].join('\n'))
  return `${[heading, ...parts].join('\n\n')}\n`
}

function writeSections(page: Page): Section[] {
  return answers.flatMap(row => {
    const write = writers[row.key]
    if (write === null) return []
    if (write !== undefined) return [write(page)]
    return ['breakdown' in row ? writeBreakdown(row, page) : writePlainTable(row, page)]
  })
}

const nothing: Section = {
  heading: 'No data in this range',
  lines: ['The collector received no run and no feature of this project.'],
}

const isEmpty = ({runs, features, quality}: Stats): boolean =>
  (runs?.total ?? 0) === 0 && (features ?? []).length === 0 && quality.unpaired === 0
