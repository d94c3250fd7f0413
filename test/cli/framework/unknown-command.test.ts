import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {unknownCommand} from '../../../src/cli/framework/unknown-command.ts'
import {repositoryRoot} from '../../support/repository.ts'

describe('a command that does not exist', () => {
  it('is answered with the commands that were probably meant', () => {
    const {message, next} = unknownCommand(['strat'], repositoryRoot)
    assert.deepEqual([message, next.startsWith('Did you mean `usage start`?')], ['unknown command "strat"', true])
  })

  it('is not proposed if it exists: then the argument behind it is wrong', () => {
    for (const [args, command] of [
      [['embed', 'python'], 'embed'],
      [['project', 'list', '--json', 'x'], 'project list'],
    ] as const) {
      const {message, next} = unknownCommand(args, repositoryRoot)
      assert.equal(message, `unexpected argument "${args.at(-1)}"`)
      assert.ok(next.endsWith(`For the arguments and flags of this command: usage ${command} --help`))
    }
  })

  it('is answered with the command that does what the word means', () => {
    for (const [word, command] of [
      ['stop', 'optout'],
      ['off', 'optout'],
      ['delete', 'forget'],
      ['why', 'explain'],
      ['sent', 'log'],
    ] as const)
      assert.ok(unknownCommand([word], repositoryRoot).next.startsWith(`Did you mean \`usage ${command}\`?`), word)
  })

  it('names the flag that selects a project, where the argument may be one', () => {
    const next = 'To select a project: --project ID. For the arguments and flags of this command: usage stats --help'
    assert.equal(unknownCommand(['stats', 'heatflow'], repositoryRoot).next, next)
  })
})
