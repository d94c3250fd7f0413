import {toPlainText} from '../../protocol/plain-text.ts'
import type {PolicyCheck} from '../maintain/check-policy.ts'
import type {Paint} from '../output/paint.ts'
import {writeAmount} from './words.ts'

/** Writes what a policy means: one line for each problem, or one for each project and for users. */
export function writePolicy(
  {file, problems, others, projects, isNoticeGiven, shown}: PolicyCheck,
  paint: Paint,
): string {
  const path = toPlainText(file)
  if (problems.length > 0)
    return [
      ...problems.map(problem => `${path}: ${toPlainText(problem)}`),
      `${paint.red(writeAmount(problems.length, 'problem'))}: on a machine with this file, all projects are opted out.`,
    ].join('\n')
  return [
    `${paint.green('ok')}  ${path}`,
    ...projects.map(({project, tracking}) => `  ${project.padEnd(16)} ${writeWord(tracking, paint)}`),
    `  ${'other projects'.padEnd(16)} ${writeWord(others, paint)}`,
    isNoticeGiven
      ? '  Reports are sent without a waiting time: the site has informed its users itself.'
      : '  Each user is shown a notice first, and has at least a minute to opt out.',
    ...(shown.length > 0 ? [`  Shown with an opt-out: ${toPlainText(shown.join(', '))}`] : []),
    '  A user can always opt out. No policy opts a user in.',
  ].join('\n')
}

const writeWord = (tracking: 'on' | 'off', paint: Paint): string =>
  tracking === 'on' ? 'may count users who did not opt out' : paint.red('is opted out')
