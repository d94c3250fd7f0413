import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {it, type TestContext} from 'node:test'
import {readCollectSettings} from '../../../src/cli/arguments/collect-settings.ts'
import {readFront} from '../../../src/cli/arguments/operator/front.ts'
import {UsageError} from '../../../src/errors.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

function writeFile(t: TestContext, content: unknown) {
  const directory = temporaryDirectory(t)
  const config = join(directory, 'collector.json')
  writeFileSync(config, typeof content === 'string' ? content : JSON.stringify(content))
  return {directory, config}
}

const code = (expected: string, message: RegExp) => (error: unknown) =>
  error instanceof UsageError && error.code === expected && message.test(error.message)

it('takes the flags before the file, and the file before what is usual', t => {
  const {config} = writeFile(t, {projects: '/etc/usage/projects', http: '127.0.0.1:1', parsl: 'parsl', public: true})
  assert.deepEqual(readCollectSettings({config, http: '127.0.0.1:2', udp: undefined, public: false}), {
    projects: '/etc/usage/projects',
    data: 'usage-data',
    http: '127.0.0.1:2',
    parsl: 'parsl',
    public: false,
  })
  assert.equal(readCollectSettings({config}).public, true)
})

it('finds the folders that a file names from where the file lies', t => {
  const {directory, config} = writeFile(t, {projects: 'projects', data: '../data', inbox: '/shared/inbox'})
  const {projects, data, inbox} = readCollectSettings({config})
  assert.deepEqual(
    [projects, data, inbox],
    [join(directory, 'projects'), join(directory, '..', 'data'), '/shared/inbox'],
  )
})

it('refuses a file that says what is no flag, and one that is no object', t => {
  for (const [content, message] of [
    [{projects: 'p', parsel: 'parsl'}, /parsel/],
    [{projects: 'p', public: 'yes'}, /public: must be true or false, got "yes"/],
    [{projects: ''}, /projects: must not be empty/],
    ['projects = "p"', /collector\.json/],
    [[], /collector\.json/],
  ] as const) {
    const {config} = writeFile(t, content)
    assert.throws(() => readCollectSettings({config}), code('USAGE_CONFIGURATION_INVALID', message), String(message))
  }
  const config = join(temporaryDirectory(t), 'nowhere.json')
  assert.throws(() => readCollectSettings({config}), code('USAGE_CONFIGURATION_INVALID', /ENOENT/))
})

it('asks for the projects where neither says them', t => {
  const {config} = writeFile(t, {http: '127.0.0.1:1'})
  assert.throws(() => readCollectSettings({config}), code('USAGE_WRONG_USE', /--projects/))
  assert.throws(() => readCollectSettings({}), code('USAGE_WRONG_USE', /--projects/))
})

it('reads how a collector stands on the internet, from lists or single texts', t => {
  const {config} = writeFile(t, {
    projects: 'p',
    host: 'a.example',
    'trust-proxy': ['10.0.0.0/8', '::1'],
    'base-path': 'usage/',
  })
  const {hosts, basePath, isProxy} = readFront(readCollectSettings({config}))
  assert.deepEqual(
    [hosts, basePath, isProxy?.('10.1.1.1'), isProxy?.('11.1.1.1')],
    [['a.example'], '/usage', true, false],
  )
  assert.deepEqual(readFront(readCollectSettings({config, host: ['b.example', 'c.example']})).hosts, [
    'b.example',
    'c.example',
  ])
  for (const wrong of [{'trust-proxy': 'proxy'}, {'base-path': '/v1'}])
    assert.throws(
      () => readFront(readCollectSettings({projects: 'p', ...wrong})),
      code('USAGE_WRONG_USE', /^--(?:trust|base)-/),
    )
})
