import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {describe, it} from 'node:test'
import {makeLibrary} from '../../../src/cli/maintain/make-library.ts'
import {wrapText} from '../../../src/cli/output/wrap-text.ts'
import {noticeParts} from '../../../src/reporter/consent/notice.ts'
import {type CiVendor, detectCi, listCiVendors} from '../../../src/reporter/world/ci.ts'
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

/** An environment in which a CI system has left its signs. */
function environmentOf({signs, needsCi}: CiVendor): Environment {
  const values = signs.map(({variable, pattern}) => [
    variable,
    pattern === '*' ? 'x' : pattern.replaceAll(/[*?]/g, 'a'),
  ])
  return {...(needsCi ? {CI: 'true'} : {}), ...Object.fromEntries(values)}
}

describe('the shell functions', () => {
  it('know every CI system as the program does', () => {
    const vendors = listCiVendors().map(environmentOf)
    const halves = vendors.map(environment => Object.fromEntries(Object.entries(environment).slice(0, -1)))
    const words = ['', '0', 'False', 'NO', 'off', '1', 'true', 'YES', 'on', 'woodpecker', 'other']
    const others = [
      ...words.map(word => ({CI: word})),
      ...words.map(word => ({CI: word, TF_BUILD: 'True'})),
      ...words.map(word => ({CI: 'true', TRAVIS: word})),
      {RENDER: 'opengl'},
      {TASK_ID: '3', RUN_ID: 'x'},
      {GITLAB_CI: '0'},
      {GITLAB_CI: 'true'},
      {BUILD_ID: '1'},
    ]
    const environments = [...vendors, ...halves, ...others]
    const answers = ask(environments, '_usage_surroundings; echo "${_usage_ci:-none} ${_usage_is_ci:+certain}"')
    assert.deepEqual(
      answers.map(answer => answer.trimEnd()),
      environments.map(environment => {
        const ci = detectCi(environment)
        return `${ci?.id ?? 'none'}${ci?.isRecognised === true ? ' certain' : ''}`
      }),
    )
  })

  it('know batch systems and ranks as the program does', () => {
    const batch = schedulers.map(([name]): Environment => ({[name]: '7'}))
    const found = ask(batch, '_usage_surroundings; echo "${_usage_scheduler:-none}"')
    assert.deepEqual(
      found,
      batch.map(environment => detectScheduler(environment)),
    )
    const ranks = rankVariables.flatMap(({variable, companion}): Environment[] =>
      ['0', '3', '10', 'x', ''].flatMap(value => [{[variable]: value, [companion]: '8'}, {[variable]: value}]),
    )
    const step = {SLURM_PROCID: '4', SLURM_STEP_ID: '0'}
    const mixed = [
      {PMI_RANK: '0', PMI_SIZE: '8', ...step},
      {PMI_RANK: 'x', PMI_SIZE: '8', ...step},
      {PMI_RANK: '7'},
      {},
    ]
    const counted = ask([...ranks, ...mixed], 'if _usage_is_counted_rank; then echo yes; else echo no; fi')
    const expected = [...ranks, ...mixed].map(environment => ((detectRank(environment)?.rank ?? 0) > 0 ? 'no' : 'yes'))
    assert.deepEqual(counted, expected)
  })

  it('show the notice of the program, wrapped at 80 characters', () => {
    for (const begins of ['later', 'now'] as const) {
      const variable = begins === 'later' ? '_usage_notice_head' : '_usage_ci_notice_head'
      const printed = ask([{}], `printf "%s\\n%s" "$${variable}" "$_usage_notice_end"`).join('\n')
      const {head, end} = noticeParts(makeProject(), begins)
      assert.equal(printed, `${wrapText(head, 80, '    ')}\n${end}`)
    }
  })

  it('name the commands of the program in the notice only where it is installed', () => {
    const show = '_usage_mark_notice() { :; }; _usage_config=/home/ada; _usage_is_ci=; _usage_show_notice 2>&1'
    const [alone, installed] = [show, `usage() { :; }; ${show}`].map(script =>
      ask([{PATH: ''}], script)
        .join('\n')
        .split('\n')
        .slice(-4),
    )
    const end = ['    /home/ada/optout.d/demo']
    assert.deepEqual(alone?.slice(-2), ['  To stop it: set DEMO_TRACKING=false, or create the file', ...end])
    assert.deepEqual(installed, [
      '  To see it: usage status',
      '  To stop it: usage optout demo',
      '  or set DEMO_TRACKING=false, or create the file',
      ...end,
    ])
  })
})
