import assert from 'node:assert/strict'
import {homedir} from 'node:os'
import {join, resolve} from 'node:path'
import {describe, it} from 'node:test'
import {
  configDirectoryOf,
  projectOptOutPath,
  stateDirectoryOf,
  userOptOutPath,
} from '../../../src/reporter/world/directories.ts'
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
  [
    'its own variables, from where the person stands',
    {HOME: '/h', USAGE_STATE_DIR: 's', USAGE_CONFIG_DIR: ''},
    resolve('s'),
    '/h/.config/usage',
  ],
  ['the home of the account without HOME', {}, join(home, '.local/state/usage'), join(home, '.config/usage')],
  [
    'the home of the account where HOME is relative',
    {HOME: 'home'},
    join(home, '.local/state/usage'),
    join(home, '.config/usage'),
  ],
]

describe('the folders of a person', () => {
  for (const [what, environment, state, config] of isLinux ? cases : [])
    it(`come from ${what}`, () => {
      assert.equal(stateDirectoryOf(environment), state)
      assert.equal(configDirectoryOf(environment), config)
    })

  it('hold the files that say no', () => {
    assert.equal(userOptOutPath('/c'), join('/c', 'optout'))
    assert.equal(projectOptOutPath('/c', 'demo'), join('/c', 'optout.d', 'demo'))
  })
})
