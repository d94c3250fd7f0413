import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {it, type TestContext} from 'node:test'
import {openInbox} from '../../../src/cli/maintain/open-inbox.ts'
import {limits} from '../../../src/protocol/values/limits.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

function makeInbox(t: TestContext) {
  const path = join(temporaryDirectory(t), 'inbox')
  mkdirSync(path)
  return {path, inbox: openInbox(path)}
}

it('lists reports by name, so many at most, and neither temporary files nor folders of its own', t => {
  const {path, inbox} = makeInbox(t)
  for (const name of ['b.json', 'a.json', '.c.json.1.tmp', '.d.json', 'note.txt', 'c.json'])
    writeFileSync(join(path, name), '')
  mkdirSync(join(path, 'set-aside'))
  assert.deepEqual(inbox.list(2), ['a.json', 'b.json'])
  assert.deepEqual(inbox.list(9), ['a.json', 'b.json', 'c.json'])
})

it('follows no link, waits for no pipe and reads nothing that is too large', t => {
  const {path, inbox} = makeInbox(t)
  writeFileSync(join(path, '..', 'secret'), '{}')
  symlinkSync(join(path, '..', 'secret'), join(path, 'link.json'))
  execFileSync('mkfifo', [join(path, 'pipe.json')])
  mkdirSync(join(path, 'folder.json'))
  for (const [name, bytes] of [
    ['full.json', limits.maxBodyBytes],
    ['large.json', limits.maxBodyBytes + 1],
  ] as const) {
    writeFileSync(join(path, name), '')
    truncateSync(join(path, name), bytes)
  }
  const kinds = ['link', 'pipe', 'folder', 'full', 'large', 'gone'].map(name => inbox.read(`${name}.json`).kind)
  assert.deepEqual(kinds, ['damaged', 'damaged', 'damaged', 'report', 'damaged', 'gone'])
})

it('puts aside with the reason, and not through a link that somebody has put there', t => {
  const {path, inbox} = makeInbox(t)
  writeFileSync(join(path, 'a.json'), '{')
  inbox.setAside('a.json', 'it is no report')
  assert.deepEqual(readdirSync(path), ['set-aside'])
  assert.equal(readFileSync(join(path, 'set-aside', 'a.json.why'), 'utf8'), 'it is no report\n')
  const other = makeInbox(t)
  writeFileSync(join(other.path, 'a.json'), '{')
  mkdirSync(join(other.path, '..', 'elsewhere'))
  symlinkSync(join(other.path, '..', 'elsewhere'), join(other.path, 'set-aside'))
  assert.throws(() => other.inbox.setAside('a.json', ''))
  assert.ok(existsSync(join(other.path, 'a.json')))
  assert.deepEqual(readdirSync(join(other.path, '..', 'elsewhere')), [])
})

it('keeps a thousand of what is put aside, the newest', t => {
  const {path, inbox} = makeInbox(t)
  for (let number = 0; number <= 1000; number++) {
    writeFileSync(join(path, `${number}.json`), '')
    inbox.setAside(`${number}.json`, '')
  }
  const kept = readdirSync(join(path, 'set-aside'))
  assert.deepEqual([kept.length, kept.includes('1000.json')], [2000, true])
})

it('throws USAGE_INBOX_UNREADABLE where there is no folder', t => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'file'), '')
  for (const name of ['missing', 'file'])
    assert.throws(() => openInbox(join(directory, name)), {code: 'USAGE_INBOX_UNREADABLE'})
})
