import assert from 'node:assert/strict'
import {mkdirSync, rmdirSync} from 'node:fs'
import {join} from 'node:path'
import {it} from 'node:test'
import {codeOf} from '../../../src/cli/framework/present-error.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

it('names a current folder that was deleted', t => {
  const folder = join(temporaryDirectory(t), 'gone')
  const before = process.cwd()
  mkdirSync(folder)
  process.chdir(folder)
  try {
    rmdirSync(folder)
    assert.throws(process.cwd, (error: Error) => {
      const {code, message, next, exit} = codeOf(error)
      assert.deepEqual([code, message, exit], ['USAGE_WRONG_USE', 'the current folder was deleted', 2])
      assert.match(next, /folder that exists/)
      return true
    })
  } finally {
    process.chdir(before)
  }
})

it('says in plain words that two flags exclude each other', () => {
  const thrown = Object.assign(new Error('--all=true cannot also be provided when using --period'), {oclif: {exit: 2}})
  assert.equal(codeOf(thrown).message, '--all and --period must not be used together')
})

it('names a missing argument and a missing flag', () => {
  const message = (text: string) => codeOf(Object.assign(new Error(text), {oclif: {exit: 2}})).message
  assert.equal(
    message('Missing 1 required arg:\nfile  the project file\nSee more help with --help'),
    'FILE is required',
  )
  assert.equal(message('The following error occurred:\n  Missing required flag project\n'), '--project is required')
})
