import assert from 'node:assert/strict'
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {readSitePolicy} from '../../../src/reporter/projects/site-policy.ts'
import {policyCases} from '../../support/policies.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {readTree} from '../../support/tree.ts'

function makeSite(t: TestContext, files: Readonly<Record<string, string>>): string {
  const site = temporaryDirectory(t)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(site, name, '..'), {recursive: true})
    writeFileSync(join(site, name), content)
  }
  return site
}

const readWith = (t: TestContext, files: Readonly<Record<string, string>>) => {
  const site = makeSite(t, files)
  const {no, isNoticeGiven, route} = readSitePolicy(site, 'demo')
  const decidedBy = no?.decidedBy.slice(site.length + 1) ?? null
  return {decidedBy, text: no?.text ?? null, isNoticeGiven, isRouted: route !== null}
}

const silent = {decidedBy: null, text: null, isNoticeGiven: false, isRouted: false}

describe('the site policy', () => {
  it('says nothing without any file, and makes none', t => {
    const site = join(temporaryDirectory(t), 'usage')
    assert.deepEqual(readSitePolicy(site, 'demo'), {no: null, isNoticeGiven: false, route: null})
    assert.deepEqual(readTree(join(site, '..')), {})
  })

  it('says no to all by the file off, whose text is shown', t => {
    assert.deepEqual(readWith(t, {off: ' Ask us.\n'}), {...silent, decidedBy: 'off', text: 'Ask us.'})
    assert.deepEqual(readWith(t, {off: ''}), {...silent, decidedBy: 'off'})
  })

  it('says no to one project by a file in off.d', t => {
    assert.deepEqual(readWith(t, {'off.d/demo': 'No.'}), {...silent, decidedBy: 'off.d/demo', text: 'No.'})
    assert.deepEqual(readWith(t, {'off.d/other': 'No.', 'off.d/demo2': '', 'off.d/dem': ''}), silent)
  })

  it('asks off first, then off.d, then policy.json', t => {
    const files = {off: '1', 'off.d/demo': '2', 'policy.json': '{"tracking": "off"}'}
    assert.equal(readWith(t, files).decidedBy, 'off')
    const {off: _off, ...rest} = files
    assert.equal(readWith(t, rest).decidedBy, 'off.d/demo')
  })

  it('reads every policy of the table', t => {
    for (const {content, effect} of policyCases) {
      const {decidedBy, isRouted} = readWith(t, {'policy.json': content})
      const isOff = effect === 'off' || effect === 'invalid'
      assert.equal(decidedBy, isOff ? 'policy.json' : null, content)
      if (!isOff) assert.equal(isRouted, effect === 'routed', content)
    }
  })

  it('names whom to ask and where it is written', t => {
    const policy = {tracking: 'off', contact: 'admin@example.org', policyUrl: 'https://example.org/policy'}
    const {text} = readWith(t, {'policy.json': JSON.stringify(policy)})
    assert.equal(text, 'admin@example.org, https://example.org/policy')
  })

  it('names a key that it does not know, with those that it knows, and a wrong value', t => {
    const textOf = (policy: unknown) => readWith(t, {'policy.json': JSON.stringify(policy)}).text ?? ''
    assert.match(
      textOf({traking: 'off'}),
      /^The policy has the unknown key "traking"\. Known keys: .*tracking, projects/,
    )
    assert.match(textOf({projects: {'*': 'off'}}), /^projects must contain project ids, got "\*"\./)
    assert.equal(textOf({tracking: 'Off'}), 'tracking must be "on" or "off", got "Off".')
  })

  it('holds for projects that nobody knows by what is said of all', t => {
    for (const [policy, isOff] of [
      [{tracking: 'off'}, true],
      [{projects: {demo: 'off'}}, false],
      [{allow: ['demo']}, false],
    ] as const)
      assert.equal(readSitePolicy(makeSite(t, {'policy.json': JSON.stringify(policy)}), null).no !== null, isOff)
  })

  it('says that the notice was given, and only by that word', t => {
    for (const [notice, isNoticeGiven] of [
      ['given', true],
      ['Given', false],
      [true, false],
      ['', false],
    ] as const)
      assert.equal(readWith(t, {'policy.json': JSON.stringify({notice})}).isNoticeGiven, isNoticeGiven)
    assert.equal(readWith(t, {off: '', 'policy.json': '{"notice": "given"}'}).isNoticeGiven, false)
  })

  for (const name of ['off', 'off.d/demo', 'policy.json'])
    it(`says no by ${name} that is there and cannot be read`, t => {
      const folder = makeSite(t, {})
      mkdirSync(join(folder, name), {recursive: true})
      assert.equal(readSitePolicy(folder, 'demo').no?.decidedBy, join(folder, name))
      const loop = makeSite(t, {})
      mkdirSync(join(loop, name, '..'), {recursive: true})
      symlinkSync(join(loop, name), join(loop, name))
      assert.equal(readSitePolicy(loop, 'demo').no?.decidedBy, join(loop, name))
    })
})
