import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {describe, it} from 'node:test'
import {makeLibrary} from '../../../src/cli/maintain/make-library.ts'
import {noticeText} from '../../../src/reporter/consent/notice.ts'
import {type CiSign, ciVendors, detectCi} from '../../../src/reporter/world/ci.ts'
import type {Environment} from '../../../src/reporter/world/environment.ts'
import {detectRank, detectScheduler, rankVariables, schedulers} from '../../../src/reporter/world/scheduler.ts'
import {makeProject} from '../../support/make-project.ts'

const library = makeLibrary('sh', makeProject())

/** Asks the functions, in one shell for all, what they make of each environment. */
function ask(environments: readonly Environment[], question: string): string[] {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const assign = (environment: Environment) =>
    Object.entries(environment)
      .map(([name, value]) => `${name}=${quote(value ?? '')}; `)
      .join('')
  const questions = environments.map(environment => `(${assign(environment)}${question})`)
  const script = ['set -u', library, ...questions].join('\n')
  return execFileSync('sh', ['-c', script], {env: {PATH: '/usr/bin:/bin'}, encoding: 'utf8'})
    .trimEnd()
    .split('\n')
}

function environmentOf(sign: CiSign): Environment {
  if (typeof sign === 'string') return {[sign]: 'x'}
  if ('any' in sign && Array.isArray(sign.any)) return {[sign.any.at(-1) ?? '']: 'x'}
  if ('includes' in sign) return {[sign['env'] ?? '']: `a${sign['includes']}b`}
  return sign as Record<string, string>
}

describe('the shell functions', () => {
  it('know every CI system as the program does', () => {
    const vendors = ciVendors.map(({signs}): Environment => Object.assign({}, ...signs.map(environmentOf)))
    const halves = ciVendors.filter(({signs}) => signs.length > 1).map(({signs}) => environmentOf(signs[0]!))
    const others = [
      {},
      {CI: 'true'},
      {CI: '1'},
      {CI: 'TRUE'},
      {CI: 'no'},
      {CI: ''},
      {CI: 'false', TRAVIS: '1'},
      {BUILD_ID: '1'},
    ]
    const environments = [...vendors, ...halves, ...others]
    const answers = ask(environments, '_usage_surroundings; echo "${_usage_ci:-none}"')
    assert.deepEqual(
      answers,
      environments.map(environment => detectCi(environment) ?? 'none'),
    )
  })

  it('know batch systems and ranks as the program does', () => {
    const batch = schedulers.map(([name]): Environment => ({[name]: '7'}))
    const found = ask(batch, '_usage_surroundings; echo "${_usage_scheduler:-none}"')
    assert.deepEqual(
      found,
      batch.map(environment => detectScheduler(environment)),
    )
    const ranks = rankVariables.flatMap((name): Environment[] =>
      ['0', '3', '10', 'x', ''].map(value => ({[name]: value})),
    )
    const mixed = [{PMI_RANK: '0', SLURM_PROCID: '4'}, {PMI_RANK: 'x', SLURM_PROCID: '4'}, {}]
    const counted = ask([...ranks, ...mixed], 'if _usage_is_counted_rank; then echo yes; else echo no; fi')
    const expected = [...ranks, ...mixed].map(environment => ((detectRank(environment) ?? 0) > 0 ? 'no' : 'yes'))
    assert.deepEqual(counted, expected)
  })

  it('show the notice of the program', () => {
    const printed = ask([{}], 'printf "%s%s" "$_usage_notice_text" /home/ada/.config/usage/optout.d/demo').join('\n')
    const {project} = makeProject()
    assert.equal(
      printed.replace('optout.d/demo', `optout.d/${project}`),
      noticeText(makeProject(), '/home/ada/.config/usage'),
    )
  })
})
