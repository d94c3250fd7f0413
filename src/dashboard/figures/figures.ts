import type {AnswerRow} from '../../stats/model/answer-row.ts'
import {type AnswerKey, answers} from '../../stats/model/answers.ts'
import {adoptionFigure} from './adoption.ts'
import {aroundFigure} from './around.ts'
import {breakdownFigure} from './breakdowns.ts'
import {ciFigure} from './ci.ts'
import {detailsFigure, featuresFigure, unusedFigure} from './features.ts'
import {fieldsFigure} from './fields.ts'
import type {Drawing, Figure} from './figure.ts'
import {
  conspicuousFigure,
  featureOutcomesFigure,
  featureVersionOutcomesFigure,
  upgradesFigure,
  versionOutcomesFigure,
} from './outcomes-by.ts'
import {plainFigure} from './plain.ts'
import {durationFigure, exitCodesFigure, outcomesFigure, successFigure} from './runs.ts'
import {flowFigure, hostsFigure, runsFigure, scriptsFigure, uncertainFigure, usersFigure} from './use.ts'

/**
 * The answers with a drawing of their own. An answer that is not listed is drawn as a breakdown or as a plain table with
 * bars.
 */
const drawings: Readonly<Partial<Record<AnswerKey, Drawing>>> = {
  users: usersFigure,
  runs: runsFigure,
  uncertainUsers: uncertainFigure,
  userFlow: flowFigure,
  hosts: hostsFigure,
  scripts: scriptsFigure,
  outcomes: outcomesFigure,
  successRate: successFigure,
  exitCodes: exitCodesFigure,
  versionOutcomes: versionOutcomesFigure,
  featureOutcomes: featureOutcomesFigure,
  featureVersionOutcomes: featureVersionOutcomesFigure,
  conspicuous: conspicuousFigure,
  duration: durationFigure,
  features: featuresFigure,
  details: detailsFigure,
  unusedFeatures: unusedFigure,
  adoption: adoptionFigure,
  beforeAndAfter: aroundFigure,
  upgrades: upgradesFigure,
  ci: ciFigure,
  fields: fieldsFigure,
}

/** The head of a page and the quality page show these without a figure. */
const pagesWithoutFigures: readonly AnswerRow['page'][] = ['question', 'quality']

/** A figure for each answer that has one, in the order of the registry. */
export const figures: readonly Figure[] = answers
  .filter(row => !('within' in row) && !pagesWithoutFigures.includes(row.page))
  .map(row => {
    const drawing = drawings[row.key] ?? ('breakdown' in row ? breakdownFigure(row) : plainFigure(row))
    return {...drawing, row}
  })
