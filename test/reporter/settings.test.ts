import assert from 'node:assert/strict'
import {mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import Conf from 'conf'
import {readSettings, writeAnswers} from '../../src/reporter/settings.ts'
import {makeWorld, type TestWorld} from '../support/make-world.ts'
import {readTree} from '../support/tree.ts'

const yes = {yesAt: '2026-03-01T10:00:00.000Z', notBefore: null}
const again = {yesAt: '2026-04-01T10:00:00.000Z', notBefore: '2026-04-01T10:00:00.000Z'}

function writeSettings({configDirectory}: TestWorld, content: string): string {
  mkdirSync(configDirectory, {recursive: true})
  const path = join(configDirectory, 'settings.json')
  writeFileSync(path, content)
  return path
}

/** What `conf` itself makes of a file; `undefined` when it cannot be read. */
function readByConf({configDirectory}: TestWorld): unknown {
  try {
    return new Conf({cwd: configDirectory, configName: 'settings', projectName: 'usage', clearInvalidConfig: false})
      .store
  } catch {
    return undefined
  }
}

/** Files that a person, an editor or an older version may leave, and what they say. */
const files: readonly (readonly [content: string, answers: unknown])[] = [
  ['{}', {}],
  ['{"answers": {}}', {}],
  [JSON.stringify({answers: {demo: yes}}), {demo: yes}],
  [JSON.stringify({answers: {demo: yes, other: again}}, null, '\t'), {demo: yes, other: again}],
  [JSON.stringify({answers: {demo: {yesAt: yes.yesAt}}}), {demo: yes}],
  [JSON.stringify({answers: {'a.b': yes}, other: {deep: [1]}}), {'a.b': yes}],
  [`\n ${JSON.stringify({answers: {demo: yes}})} \n`, {demo: yes}],
  ['{"other": "ü€"}', {}],
  ['', null],
  ['{', null],
  [JSON.stringify({answers: {demo: yes}}).slice(0, -1), null],
  ['{"answers": {}} x', null],
  ['\0\0\0', null],
]

describe('reading the settings', () => {
  for (const [content, answers] of files)
    it(`gives what conf gives of ${JSON.stringify(content)}`, t => {
      const world = makeWorld(t)
      writeSettings(world, content)
      const settings = readSettings(world.configDirectory)
      assert.deepEqual(settings?.answers ?? null, answers)
      const byConf = readByConf(world) as {answers?: object} | undefined
      assert.equal(byConf === undefined, settings === null, 'readable by one and not by the other')
      if (settings !== null) assert.deepEqual(Object.keys(byConf?.answers ?? {}), Object.keys(settings.answers))
    })

  const wrong = [
    'null',
    '[]',
    '"text"',
    '7',
    '{"answers": null}',
    '{"answers": []}',
    '{"answers": "yes"}',
    '{"answers": {"demo": true}}',
    '{"answers": {"demo": null}}',
    '{"answers": {"demo": {}}}',
    '{"answers": {"demo": {"yesAt": "once"}}}',
    '{"answers": {"demo": {"yesAt": 7}}}',
    '{"answers": {"demo": {"yesAt": "2026-03-01T10:00:00.000Z", "notBefore": "later"}}}',
    '{"answers": {"demo": {"yesAt": "2026-03-01T10:00:00.000Z", "notBefore": 0}}}',
  ]
  for (const content of wrong)
    it(`gives nothing of what nobody wrote: ${content}`, t => {
      const world = makeWorld(t)
      writeSettings(world, content)
      assert.equal(readSettings(world.configDirectory), null)
    })

  it('gives no answers without a file, and makes none', t => {
    const world = makeWorld(t)
    assert.deepEqual(readSettings(world.configDirectory), {answers: {}})
    assert.deepEqual(readTree(world.directory), {})
  })

  it('gives nothing when the file cannot be read', t => {
    const world = makeWorld(t)
    mkdirSync(join(world.configDirectory, 'settings.json'), {recursive: true})
    assert.equal(readSettings(world.configDirectory), null)
    symlinkSync(join(world.directory, 'loop'), join(world.directory, 'loop'))
    assert.equal(readSettings(join(world.directory, 'loop')), null)
  })
})

describe('writing answers', () => {
  it('keeps them for their person alone', async t => {
    const world = makeWorld(t)
    await writeAnswers(world.configDirectory, {demo: yes})
    assert.deepEqual(readSettings(world.configDirectory), {answers: {demo: yes}})
    assert.equal(statSync(world.configDirectory).mode & 0o777, 0o700)
    assert.equal(statSync(join(world.configDirectory, 'settings.json')).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(world.configDirectory), ['settings.json'])
  })

  it('keeps every other answer and every other entry', async t => {
    const world = makeWorld(t)
    const path = writeSettings(world, JSON.stringify({theirs: {deep: [1, null]}, answers: {other: yes, demo: yes}}))
    await writeAnswers(world.configDirectory, {demo: again, 'with.dots': yes})
    const answers = {other: yes, demo: again, 'with.dots': yes}
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), {theirs: {deep: [1, null]}, answers})
    assert.deepEqual({...(readByConf(world) as object)}, {theirs: {deep: [1, null]}, answers})
  })

  it('does not touch a damaged file', async t => {
    const world = makeWorld(t)
    const path = writeSettings(world, '{"answers": ')
    await assert.rejects(writeAnswers(world.configDirectory, {demo: yes}))
    assert.equal(readFileSync(path, 'utf8'), '{"answers": ')
  })

  it('fails where the folder cannot be made', async t => {
    const world = makeWorld(t)
    writeFileSync(world.configDirectory, '')
    await assert.rejects(writeAnswers(world.configDirectory, {demo: yes}))
  })
})
