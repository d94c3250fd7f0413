import type {EndedProject} from '../../../collector/upkeep/end-project.ts'
import {writeAmount} from '../words.ts'

/** What the end of a project deletes. */
export type ProjectEnd = Pick<EndedProject, 'project' | 'runs' | 'features' | 'tokens' | 'links'>

/** Before the end: what would be deleted. */
export const writeEndPlan = (plan: ProjectEnd): string => `The end of ${plan.project} deletes ${writeWhat(plan)}.`

/** After it: the receipt, and what to do next. */
export const writeEnded = (ended: EndedProject): string =>
  [
    `Deleted ${ended.project}: ${writeWhat(ended)}. Receipt ${ended.receipt}, ${ended.erasedAt}.`,
    'Its reports are refused. Remove its project file: the next start or reload of a collector would accept them again.',
    'Copies of the data folder still contain the project.',
  ].join('\n')

function writeWhat({runs, features, tokens, links}: ProjectEnd): string {
  const others = [writeAmount(tokens, 'read token'), writeAmount(links, 'share link')].join(' and ')
  return `${writeAmount(runs, 'run')}, ${writeAmount(features, 'feature event')}, all totals, ${others}`
}
