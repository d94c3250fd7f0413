import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {PolicyCheck, PolicyPlace} from '../maintain/check-policy.ts'
import type {Paint} from '../output/paint.ts'
import {writeAmount} from './words.ts'

/** Writes what a policy means: one line for each problem, or one for each project and for users. */
export function writePolicy(
  {file, problems, others, othersGoTo, projects, isNoticeGiven, shown}: PolicyCheck,
  paint: Paint,
): string {
  const path = toPlainText(file)
  if (problems.length > 0)
    return [
      ...problems.map(problem => `${path}: ${toPlainText(problem)}`),
      `${paint.red(writeAmount(problems.length, 'problem'))}: on a machine with this file, all projects are opted out.`,
    ].join('\n')
  const mayCount = others === 'on' || projects.some(({tracking}) => tracking === 'on')
  return [
    `${paint.green('ok')}  ${path}`,
    ...projects.map(one => `  ${one.project.padEnd(16)} ${writeWord(one.tracking, one.goesTo, paint)}`),
    `  ${'other projects'.padEnd(16)} ${writeWord(others, othersGoTo, paint)}`,
    ...(mayCount ? [isNoticeGiven ? noticeGiven : noticeFirst] : []),
    ...(shown.length > 0 ? [`  Shown with an opt-out: ${toPlainText(shown.join(', '))}`] : []),
    '  A user can always opt out. No policy opts a user in.',
  ].join('\n')
}

const noticeGiven = '  Reports are sent without a waiting time: the site has informed its users itself.'
const noticeFirst = '  Each user is shown a notice first, and has at least a minute to opt out.'

function writeWord(tracking: 'on' | 'off', place: PolicyPlace | null, paint: Paint): string {
  if (tracking === 'off') return paint.red('opted out')
  return `may count users who did not opt out${place === null ? '' : `; ${writePlace(place)}`}`
}

function writePlace({inbox, http, hasWriteKey}: PolicyPlace): string {
  const key = hasWriteKey ? ' with your write key' : ' without a write key'
  if (inbox === null)
    return `reports are posted to ${toPlainText(http ?? '')}${key}, not to the endpoint of the project`
  const onwards = http === null ? '' : `, which you forward to ${toPlainText(http)}${key}`
  return `reports are written to ${toPlainText(inbox)}${onwards}, and not sent to the endpoint of the project`
}
