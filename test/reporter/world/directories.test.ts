import assert from 'node:assert/strict'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {findFolder, projectOptOutPath, userOptOutPath} from '../../../src/reporter/world/directories.ts'
import type {Environment} from '../../../src/reporter/world/environment.ts'

const isLinux = process.platform === 'linux'
const home = homedir()

/** On Linux and other systems that follow the XDG specification. */
const cases: readonly (readonly [what: string, environment: Environment, state: string, config: string])[] = [
  ['the home', {HOME: '/home/a'}, '/home/a/.local/state/usage', '/home/a/.config/usage'],
  ['XDG', {HOME: '/home/a', XDG_STATE_HOME: '/s', XDG_CONFIG_HOME: '/c'}, '/s/usage', '/c/usage'],
  [
    'the home where XDG is relative',
    {HOME: '/home/a', XDG_STATE_HOME: 'state', XDG_CONFIG_HOME: './config'},
    '/home/a/.local/state/usage',
    '/home/a/.config/usage',
  ],
  [
    'the home where XDG is empty',
    {HOME: '/h', XDG_STATE_HOME: '', XDG_CONFIG_HOME: ''},
    '/h/.local/state/usage',
    '/h/.config/usage',
  ],
  ['its own variables', {HOME: '/h', XDG_STATE_HOME: '/x', USAGE_STATE_DIR: '/s', USAGE_CONFIG_DIR: '/c'}, '/s', '/c'],
  ['the home of the account without HOME', {}, join(home, '.local/state/usage'), join(home, '.config/usage')],
]

/** Values that name no folder: nothing may be recorded, and no file may be created in the working directory. */
const lost: readonly (readonly [environment: Environment, state: string | null, settings: string | null])[] = [
  [{HOME: ''}, 'HOME', 'HOME'],
  [{HOME: '~'}, 'HOME', 'HOME'],
  [{HOME: 'home'}, 'HOME', 'HOME'],
  [{HOME: '.'}, 'HOME', 'HOME'],
  [{HOME: '/home/\ufffd'}, 'HOME', 'HOME'],
  [{HOME: '', XDG_CONFIG_HOME: '/c'}, 'HOME', null],
  [{HOME: '', XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: 's'}, 'HOME', null],
  [{HOME: '/h', XDG_STATE_HOME: '/\ufffd'}, 'XDG_STATE_HOME', null],
  [{HOME: '/h', USAGE_STATE_DIR: 's'}, 'USAGE_STATE_DIR', null],
  [{HOME: '/h', USAGE_STATE_DIR: '~/s'}, 'USAGE_STATE_DIR', null],
  [{HOME: '/h', USAGE_CONFIG_DIR: './c'}, null, 'USAGE_CONFIG_DIR'],
  [{HOME: '/h', USAGE_CONFIG_DIR: '/\ufffd'}, null, 'USAGE_CONFIG_DIR'],
  [{HOME: '', USAGE_CONFIG_DIR: '/c', USAGE_STATE_DIR: '/s'}, null, null],
]

describe('the folders of a person', () => {
  for (const [what, environment, state, config] of isLinux ? cases : [])
    it(`come from ${what}`, () => {
      assert.deepEqual(findFolder(environment, 'state'), {path: state, lost: null})
      assert.deepEqual(findFolder(environment, 'settings'), {path: config, lost: null})
    })

  for (const [environment, state, settings] of isLinux ? lost : [])
    it(`cannot be found with ${JSON.stringify(environment)}, and the variable is named`, () => {
      const found = (['state', 'settings'] as const).map(name => findFolder(environment, name))
      assert.deepEqual(
        found.map(one => one.lost?.variable ?? null),
        [state, settings],
      )
      for (const {path, lost} of found) {
        assert.equal(path === '/dev/null/usage', lost !== null)
        if (lost !== null)
          assert.match(lost.problem, new RegExp(`^${lost.variable} must be (an absolute|a) path.*got "`))
      }
    })

  it('hold the files that say no', () => {
    assert.equal(userOptOutPath('/c'), join('/c', 'optout'))
    assert.equal(projectOptOutPath('/c', 'demo'), join('/c', 'optout.d', 'demo'))
  })
})
