import assert from 'node:assert/strict'
import {mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {describe, it} from 'node:test'
import Conf from 'conf'
import {type Answer, readSettings, writeAnswer} from '../../../src/reporter/consent/settings.ts'
import {makeWorld, type TestWorld} from '../../support/make-world.ts'
import {readTree} from '../../support/tree.ts'

const yes = {yesAt: '2026-03-01T10:00:00.000Z', notBefore: null}
const again = {yesAt: '2026-04-01T10:00:00.000Z', notBefore: '2026-04-01T10:00:00.000Z'}

/** Files of a person: the settings, and the answer about one project. */
const places = ['settings.json', join('optin.d', 'demo.json')] as const

function writeFile({configDirectory}: TestWorld, place: (typeof places)[number], content: string): string {
  const path = join(configDirectory, place)
  mkdirSync(dirname(path), {recursive: true})
  writeFileSync(path, content)
  return path
}

/** What `conf` itself makes of a file; `undefined` when it cannot be read. */
function readByConf(path: string): unknown {
  try {
    const configName = basename(path, '.json')
    return {...new Conf({cwd: dirname(path), configName, projectName: 'usage', clearInvalidConfig: false}).store}
  } catch {
    return undefined
  }
}

/** Files that a person, an editor or an older version may leave, and the answer that they are. */
const files: readonly (readonly [content: string, answer: unknown])[] = [
  [JSON.stringify(yes), yes],
  [JSON.stringify(again, null, '\t'), again],
  [JSON.stringify({yesAt: yes.yesAt}), yes],
  [JSON.stringify({...yes, other: {deep: [1]}}), yes],
  [`\n ${JSON.stringify(yes)} \n`, yes],
  ['', null],
  ['{', null],
  [JSON.stringify(yes).slice(0, -1), null],
  [`${JSON.stringify(yes)} x`, null],
  ['\0\0\0', null],
]

const read = (world: TestWorld, project = 'demo') => readSettings(world.configDirectory, project)

describe('reading the settings', () => {
  for (const [content, answer] of files)
    it(`gives what conf gives of ${JSON.stringify(content)}`, t => {
      const world = makeWorld(t)
      const path = writeFile(world, 'optin.d/demo.json', content)
      assert.deepEqual(read(world)?.answer ?? null, answer)
      const byConf = readByConf(path) as Answer | undefined
      assert.equal(byConf?.yesAt ?? null, read(world)?.answer?.yesAt ?? null)
      assert.equal(byConf === undefined, read(world) === null, 'readable by one and not by the other')
    })

  for (const content of ['{}', '{"other": "ü€"}', '{"other": {"deep": [1, null]}}', ' {}\n', '', '{', '{} x', '\0'])
    it(`can when conf can, of a settings.json of ${JSON.stringify(content)}`, t => {
      const world = makeWorld(t)
      const path = writeFile(world, 'settings.json', content)
      assert.equal(read(world) === null, readByConf(path) === undefined)
    })

  const wrong = [
    '{}',
    '{"yesAt": "once"}',
    '{"yesAt": 7}',
    '{"yesAt": "2026-03-01T10:00:00.000Z", "notBefore": "later"}',
    '{"yesAt": "2026-03-01T10:00:00.000Z", "notBefore": 0}',
  ]
  for (const content of wrong)
    it(`gives nothing of an answer that nobody wrote: ${content}`, t => {
      const world = makeWorld(t)
      writeFile(world, 'optin.d/demo.json', content)
      assert.equal(read(world), null)
    })

  for (const place of places)
    for (const content of ['null', '[]', '"text"', '7'])
      it(`gives nothing when ${place} is ${content}`, t => {
        const world = makeWorld(t)
        writeFile(world, place, content)
        assert.equal(read(world), null)
      })

  it('gives no answer without a file, and makes none', t => {
    const world = makeWorld(t)
    assert.deepEqual(read(world), {answer: null})
    assert.deepEqual(readTree(world.directory), {})
  })

  for (const place of places) {
    it(`gives nothing when ${place} cannot be read, or leads to a disk that is not there`, t => {
      const world = makeWorld(t)
      const path = join(world.configDirectory, place)
      mkdirSync(path, {recursive: true})
      assert.equal(read(world), null)
      rmdirSync(path)
      symlinkSync('/nonexistent/file', path)
      assert.equal(read(world), null)
    })
  }

  it('gives nothing when the folder cannot be read, or a file stands where the answers should be', t => {
    const world = makeWorld(t)
    symlinkSync(join(world.directory, 'loop'), join(world.directory, 'loop'))
    assert.equal(readSettings(join(world.directory, 'loop'), 'demo'), null)
    mkdirSync(world.configDirectory)
    writeFileSync(join(world.configDirectory, 'optin.d'), '')
    assert.equal(read(world), null)
  })

  it('is not disturbed by the answer about another project', t => {
    const world = makeWorld(t)
    writeFile(world, 'optin.d/demo.json', '{')
    assert.deepEqual(read(world, 'other'), {answer: null})
  })
})

describe('writing an answer', () => {
  it('is for its owner alone whatever the umask is', async t => {
    for (const umask of [0o777, 0o277, 0o000]) {
      const {configDirectory} = makeWorld(t)
      const before = process.umask(umask)
      try {
        await writeAnswer(configDirectory, 'demo', yes)
        assert.equal(process.umask(), umask)
      } finally {
        process.umask(before)
      }
      assert.equal(statSync(join(configDirectory, places[1])).mode & 0o777, 0o600)
      assert.deepEqual(readSettings(configDirectory, 'demo'), {answer: yes})
    }
  })

  it('keeps it for its person alone', async t => {
    const world = makeWorld(t)
    await writeAnswer(world.configDirectory, 'demo', yes)
    assert.deepEqual(read(world), {answer: yes})
    const folder = join(world.configDirectory, 'optin.d')
    for (const path of [world.configDirectory, folder]) assert.equal(statSync(path).mode & 0o777, 0o700)
    assert.equal(statSync(join(folder, 'demo.json')).mode & 0o777, 0o600)
    assert.deepEqual([readdirSync(world.configDirectory), readdirSync(folder)], [['optin.d'], ['demo.json']])
  })

  it('keeps every other answer and every other entry', async t => {
    const world = makeWorld(t)
    await writeAnswer(world.configDirectory, 'other', yes)
    const path = writeFile(world, 'optin.d/demo.json', JSON.stringify({theirs: {deep: [1, null]}, ...yes}))
    await writeAnswer(world.configDirectory, 'demo', again)
    const entries = {theirs: {deep: [1, null]}, ...again}
    assert.deepEqual([JSON.parse(readFileSync(path, 'utf8')), readByConf(path)], [entries, entries])
    assert.deepEqual(read(world, 'other'), {answer: yes})
  })

  it('does not touch a damaged file', async t => {
    const world = makeWorld(t)
    const path = writeFile(world, 'optin.d/demo.json', '{"yesAt": ')
    await assert.rejects(writeAnswer(world.configDirectory, 'demo', yes))
    assert.equal(readFileSync(path, 'utf8'), '{"yesAt": ')
  })

  it('fails where the folder cannot be made', async t => {
    const world = makeWorld(t)
    writeFileSync(world.configDirectory, '')
    await assert.rejects(writeAnswer(world.configDirectory, 'demo', yes))
  })
})
