import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {
  appendFileSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {it, type TestContext} from 'node:test'
import {makeReadToken} from '../../../src/collector/access/read-tokens.ts'
import {makeShareToken} from '../../../src/collector/access/share-links.ts'
import {makeBackup} from '../../../src/collector/backup/backup.ts'
import {restoreBackup} from '../../../src/collector/backup/restore.ts'
import {readOrMakeOldIdSecret} from '../../../src/collector/compat/old-ids.ts'
import {markComplete, restoringFolder} from '../../../src/collector/store/sqlite/copy/unfinished-restore.ts'
import {openSqliteSource} from '../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {needs} from '../../support/needs.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {batchOf, featureOf, nowMs, pseudonym, sampleProject, startOf, uuid} from '../samples.ts'
import {factsOf} from '../store/contract-parts.ts'

/** A data folder with everything that a collector keeps. Its store stays open for writing. */
async function running(t: TestContext) {
  const root = temporaryDirectory(t)
  const data = join(root, 'data')
  const store = openSqliteStore(data)
  t.after(() => store.close())
  await store.saveProjects([sampleProject()])
  await store.insert([batchOf([startOf(1, nowMs), featureOf(1, nowMs)])])
  const {token} = makeReadToken(data, {name: 'grafana', project: null, expiresAtMs: null}, nowMs)
  makeShareToken(data, 'parsl')
  readOrMakeOldIdSecret(data)
  return {root, data, store, token, file: join(root, 'usage.backup'), target: join(root, 'restored')}
}

async function answersOf(data: string) {
  const source = openSqliteSource(data)
  try {
    const {storage: _, ...facts} = {storage: null, ...(await factsOf(source))}
    return {...facts, quality: {...facts.quality, storeBytes: 0, freeBytes: 0}, projects: await source.projects()}
  } finally {
    await source.close()
  }
}

/** The durable files of a data folder, by path. */
function secretsOf(data: string): Record<string, string> {
  const names = readdirSync(data, {recursive: true, encoding: 'utf8'})
  const secrets = names.filter(name => /^(?:read-|share-|old-ids)/.test(name) && statSync(join(data, name)).isFile())
  return Object.fromEntries(secrets.sort().map(name => [name, readFileSync(join(data, name), 'utf8')]))
}

it('restores what a running store had at the moment of the backup, with tokens and secrets', async t => {
  const {data, store, file, target} = await running(t)
  const before = await answersOf(data)
  const backup = makeBackup(data, file, nowMs)
  await store.insert([batchOf([startOf(2, nowMs)])])
  assert.deepEqual([backup.rows['runs'], backup.rows['features'], backup.files.length], [1, 1, 3])
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const restored = restoreBackup(file, target, {isForced: false})
  assert.deepEqual([restored.createdAt, restored.hasReplaced], [new Date(nowMs).toISOString(), false])
  assert.deepEqual(await answersOf(target), before)
  assert.deepEqual(secretsOf(target), secretsOf(data))
  const again = openSqliteStore(target)
  t.after(() => again.close())
  assert.deepEqual(await again.insert([batchOf([startOf(1, nowMs), startOf(2, nowMs)])]), [['duplicate', 'accepted']])
  for (const name of ['usage.sqlite', 'old-ids.secret']) assert.equal(statSync(join(target, name)).mode & 0o777, 0o600)
})

it('names a backup after its time in a folder, and leaves nothing else there', async t => {
  const {data, root} = await running(t)
  const folder = join(root, 'backups')
  mkdirSync(folder)
  makeBackup(data, folder, nowMs)
  assert.deepEqual(readdirSync(folder), ['usage-20261122T120000Z.backup'])
})

it('replaces an earlier backup, and no other file', async t => {
  const {data, store, file, root, target} = await running(t)
  makeBackup(data, file, nowMs)
  await store.insert([batchOf([startOf(2, nowMs)])])
  makeBackup(data, file, nowMs + 1)
  assert.equal(restoreBackup(file, target, {isForced: false}).rows['runs'], 2)
  const other = join(root, 'thesis.txt')
  writeFileSync(other, 'words')
  for (const mine of [other, join(data, 'usage.sqlite')])
    assert.throws(() => makeBackup(data, mine, nowMs), {code: 'USAGE_OUTPUT_UNWRITABLE', message: /not replaced/})
  assert.equal(readFileSync(other, 'utf8'), 'words')
})

it('neither replaces nor reads a pipe, a device or a folder', async t => {
  const {root, data, target} = await running(t)
  const pipe = join(root, 'pipe')
  execFileSync('mkfifo', [pipe])
  for (const path of [pipe, '/dev/null'])
    assert.throws(() => makeBackup(data, path, nowMs), {code: 'USAGE_OUTPUT_UNWRITABLE'})
  for (const path of [pipe, '/dev/zero', root])
    assert.throws(() => restoreBackup(path, target, {isForced: false}), {code: 'USAGE_BACKUP_INVALID'})
})

it('can be opened by sqlite3 as it is', async t => {
  const {data, file} = await running(t)
  makeBackup(data, file, nowMs)
  const database = new DatabaseSync(file, {readOnly: true})
  t.after(() => database.close())
  assert.equal(database.prepare('SELECT count(*) AS runs FROM readable_runs').get()?.['runs'], 1)
  assert.deepEqual({...database.prepare('PRAGMA integrity_check').get()}, {integrity_check: 'ok'})
})

it('rejects a backup that is cut, changed or extended, and leaves the folder as it is (USAGE_BACKUP_INVALID)', async t => {
  const {data, file, target} = await running(t)
  const {bytes} = makeBackup(data, file, nowMs)
  const damage: ((path: string) => void)[] = [
    path => truncateSync(path, bytes - 1),
    path => truncateSync(path, 4096),
    path => truncateSync(path, 0),
    path => appendFileSync(path, '\n'),
    path => {
      const content = readFileSync(path)
      content[bytes >> 1]! ^= 1
      writeFileSync(path, content)
    },
  ]
  for (const [index, change] of damage.entries()) {
    const copy = `${file}.${index}`
    copyFileSync(file, copy)
    change(copy)
    assert.throws(() => restoreBackup(copy, target, {isForced: false}), {code: 'USAGE_BACKUP_INVALID', exit: 2})
  }
  const missing = () => restoreBackup(`${file}.missing`, target, {isForced: false})
  assert.throws(missing, {code: 'USAGE_BACKUP_INVALID', message: /^cannot read the backup/})
  assert.equal(existsSync(target), false)
})

it('does not restore into a folder that is in use or has a store, unless it is forced', async t => {
  const {data, store, file} = await running(t)
  makeBackup(data, file, nowMs)
  await store.insert([batchOf([startOf(2, nowMs)])])
  assert.throws(() => restoreBackup(file, data, {isForced: true}), {code: 'USAGE_STORE_LOCKED'})
  await store.close()
  assert.throws(() => restoreBackup(file, data, {isForced: false}), {code: 'USAGE_DATA_NOT_EMPTY'})
  makeReadToken(data, {name: 'later', project: null, expiresAtMs: null}, nowMs)
  const {hasReplaced, lostErasures} = restoreBackup(file, data, {isForced: true})
  assert.deepEqual([hasReplaced, lostErasures], [true, []])
  assert.equal((await answersOf(data)).spans[0]?.runs, 1)
  assert.equal(Object.keys(secretsOf(data)).length, 3)
  assert.equal(existsSync(restoringFolder(data)), false)
})

it('lists the erasures that a restore undoes', async t => {
  const {data, store, file} = await running(t)
  makeBackup(data, file, nowMs)
  await store.erase({project: 'parsl', users: [pseudonym('ann')], receivedAtMs: nowMs, receipt: uuid('q', 1)})
  await store.close()
  const {lostErasures} = restoreBackup(file, data, {isForced: true})
  const receipt = uuid('q', 1).replaceAll('-', '')
  assert.deepEqual(lostErasures, [{receipt, erasedAt: new Date(nowMs).toISOString()}])
})

it('restores over a damaged store, and cannot back one up', async t => {
  const {data, store, file, root} = await running(t)
  makeBackup(data, file, nowMs)
  await store.close()
  const path = join(data, 'usage.sqlite')
  writeFileSync(path, readFileSync(path).fill(0, 8192, 16384))
  const failed = join(root, 'failed.backup')
  assert.throws(() => makeBackup(data, failed, nowMs), {code: 'USAGE_STORE_DAMAGED', exit: 2})
  assert.deepEqual(readdirSync(root).sort(), ['data', 'usage.backup'])
  restoreBackup(file, data, {isForced: true})
  assert.equal((await answersOf(data)).spans[0]?.runs, 1)
})

it('finishes a restore that was interrupted after it was complete, and drops one that was not', async t => {
  const {data, store, file} = await running(t)
  makeBackup(data, file, nowMs)
  await store.insert([batchOf([startOf(2, nowMs)])])
  await store.close()
  const folder = restoringFolder(data)
  mkdirSync(folder)
  copyFileSync(file, join(folder, 'usage.sqlite'))
  await openSqliteStore(data).close()
  assert.deepEqual([existsSync(folder), (await answersOf(data)).spans[0]?.runs], [false, 2])
  mkdirSync(folder)
  copyFileSync(file, join(folder, 'usage.sqlite'))
  markComplete(data, ['usage.sqlite'])
  assert.throws(() => openSqliteSource(data), {code: 'USAGE_STORE_UNREADABLE', message: /interrupted/})
  await openSqliteStore(data).close()
  assert.deepEqual([existsSync(folder), (await answersOf(data)).spans[0]?.runs], [false, 1])
  assert.deepEqual(secretsOf(data), {})
})

it('gives what root restores to the owner of the data folder', needs('root'), async t => {
  const {data, file, target} = await running(t)
  makeBackup(data, file, nowMs)
  mkdirSync(target)
  chownSync(target, 54_321, 54_321)
  restoreBackup(file, target, {isForced: false})
  for (const name of readdirSync(target, {recursive: true, encoding: 'utf8'}))
    assert.equal(statSync(join(target, name)).uid, 54_321, name)
})
