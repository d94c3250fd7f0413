import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {
  createExclusively,
  createWhole,
  hasEntries,
  isCode,
  makeDirectory,
  readIfPresent,
  readJson,
  writeFileAtomically,
} from '../../../src/reporter/world/files.ts'
import {moduleUrl, runTogether} from '../../support/run-module.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

const modeOf = (path: string) => statSync(path).mode & 0o777

describe('writing a file atomically', () => {
  it('makes the folders and the file for the person alone, and replaces what is there', t => {
    const directory = temporaryDirectory(t)
    const path = join(directory, 'a', 'b', 'file')
    writeFileAtomically(path, 'one')
    writeFileAtomically(path, 'two')
    assert.equal(readFileSync(path, 'utf8'), 'two')
    assert.deepEqual([modeOf(path), modeOf(join(path, '..')), modeOf(join(directory, 'a'))], [0o600, 0o700, 0o700])
    assert.deepEqual(readdirSync(join(path, '..')), ['file'])
  })

  it('makes them so whatever the umask', async t => {
    const directory = temporaryDirectory(t)
    const imports = `import {writeFileAtomically} from ${JSON.stringify(moduleUrl('reporter/world/files.ts'))}`
    for (const mask of [0o777, 0o277, 0o077, 0]) {
      const path = join(directory, String(mask), 'a', 'b', 'file')
      await runTogether(1, imports, `process.umask(${mask}); writeFileAtomically(${JSON.stringify(path)}, 'x')`)
      const paths = [path, join(path, '..'), join(path, '..', '..'), join(directory, String(mask))]
      assert.deepEqual(paths.map(modeOf), [0o600, 0o700, 0o700, 0o700])
    }
  })

  it('leaves nothing behind when it fails', t => {
    const directory = temporaryDirectory(t)
    mkdirSync(join(directory, 'taken'))
    writeFileSync(join(directory, 'file'), '')
    assert.throws(() => writeFileAtomically(join(directory, 'taken'), 'x'))
    assert.throws(() => writeFileAtomically(join(directory, 'file', 'below'), 'x'))
    assert.deepEqual(readdirSync(directory).sort(), ['file', 'taken'])
  })

  it('shows every reader all of one version while others write', async t => {
    const path = join(temporaryDirectory(t), 'file')
    writeFileAtomically(path, '0'.repeat(10_000))
    const outputs = await runTogether(
      4,
      `import {writeFileAtomically} from '${moduleUrl('reporter/world/files.ts')}'
       import {readFileSync} from 'node:fs'`,
      `const path = ${JSON.stringify(path)}
       let wrong = 0
       for (let turn = 0; turn < 200; turn++) {
         writeFileAtomically(path, String(process.pid % 10).repeat(10_000))
         const seen = readFileSync(path, 'utf8')
         if (seen !== seen[0].repeat(10_000)) wrong++
       }
       process.stdout.write(String(wrong))`,
    )
    assert.deepEqual(outputs, ['0', '0', '0', '0'])
  })
})

describe('making a file that must be new', () => {
  for (const [name, create] of [
    ['createExclusively', createExclusively],
    ['createWhole', createWhole],
  ] as const) {
    it(`succeeds once by ${name}, and the first content stands`, t => {
      const path = join(temporaryDirectory(t), 'file')
      assert.equal(create(path, 'one'), true)
      assert.equal(create(path, 'two'), false)
      assert.equal(readFileSync(path, 'utf8'), 'one')
      assert.equal(modeOf(path), 0o600)
      assert.deepEqual(readdirSync(join(path, '..')), ['file'])
    })

    it(`fails by ${name} where there is no folder`, t => {
      assert.throws(() => create(join(temporaryDirectory(t), 'none', 'file'), 'one'), {code: 'ENOENT'})
    })
  }
})

describe('reading', () => {
  it('tells a file that is missing from one that cannot be read', t => {
    const directory = temporaryDirectory(t)
    writeFileSync(join(directory, 'file'), 'text')
    symlinkSync('loop', join(directory, 'loop'))
    assert.equal(readIfPresent(join(directory, 'file')), 'text')
    assert.equal(readIfPresent(join(directory, 'none')), null)
    assert.throws(() => readIfPresent(join(directory, 'file', 'below')), {code: 'ENOTDIR'})
    assert.throws(() => readIfPresent(directory), /must be a plain file/)
    assert.throws(() => readIfPresent(join(directory, 'loop')), {code: 'ELOOP'})
  })

  it('gives the JSON of a file, or null', t => {
    const directory = temporaryDirectory(t)
    const path = join(directory, 'file')
    for (const [content, value] of [
      ['{"a": 1}', {a: 1}],
      ['{', null],
      ['', null],
      ['null', null],
    ] as const) {
      writeFileSync(path, content)
      assert.deepEqual(readJson(path), value)
    }
    assert.equal(readJson(join(directory, 'none')), null)
    assert.equal(readJson(directory), null)
  })
})

describe('a folder', () => {
  it('has at least so many entries or not', t => {
    const directory = temporaryDirectory(t)
    for (const name of ['a', 'b']) writeFileSync(join(directory, name), '')
    assert.deepEqual(
      [0, 1, 2, 3].map(count => hasEntries(directory, count)),
      [true, true, true, false],
    )
    assert.equal(hasEntries(join(directory, 'none'), 0), false)
    assert.equal(hasEntries(join(directory, 'a'), 1), false)
  })

  it('is made for the person alone, with those above it, and may exist', t => {
    const path = join(temporaryDirectory(t), 'a', 'b')
    makeDirectory(path)
    makeDirectory(path)
    assert.equal(modeOf(path), 0o700)
    assert.equal(existsSync(path), true)
  })
})

describe('an error', () => {
  it('has a code or not', () => {
    assert.equal(isCode(Object.assign(new Error(), {code: 'ENOENT'}), 'ENOENT'), true)
    for (const other of [new Error('ENOENT'), {code: 'ENOENT'}, 'ENOENT', null])
      assert.equal(isCode(other, 'ENOENT'), false)
  })
})

describe('reading what is no plain file', () => {
  it('fails for a FIFO and a device instead of waiting for them', t => {
    const fifo = join(temporaryDirectory(t), 'fifo')
    execFileSync('mkfifo', [fifo])
    for (const path of [fifo, '/dev/zero']) {
      assert.throws(() => readIfPresent(path), /must be a plain file/)
      assert.equal(readJson(path), null)
    }
  })
})
