import assert from 'node:assert/strict'
import {mkdirSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {compact, type Entry, readEntries} from '../../../src/reporter/destination/compaction.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

const countOf = ({content}: Entry): number => Number(content['count'])
const sumUp = (entries: readonly Entry[]) => ({count: entries.reduce((sum, entry) => sum + countOf(entry), 0)})
const total = (directory: string): number => readEntries(directory).reduce((sum, entry) => sum + countOf(entry), 0)

function put(directory: string, from: number, to: number): void {
  for (let index = from; index < to; index++)
    writeFileSync(join(directory, `${String(index).padStart(4, '0')}.json`), JSON.stringify({count: index}))
}

describe('a folder whose entries are added up', () => {
  it('has the same sum before and after it is compacted, again and again', t => {
    const directory = temporaryDirectory(t)
    for (let round = 0; round < 100; round++) {
      put(directory, round * 30, round * 30 + 30)
      const before = total(directory)
      compact(directory, 20, sumUp)
      assert.equal(total(directory), before)
      assert.ok(readdirSync(directory).length <= 20)
    }
    assert.equal(total(directory), (2999 * 3000) / 2)
    assert.ok(readdirSync(directory).every(name => name.length <= 13))
  })

  it('has the same sum when a compaction was killed before it removed what it had summed up', t => {
    const directory = temporaryDirectory(t)
    put(directory, 0, 30)
    const replaces = ['0000.json', '0001.json', '0002.json']
    writeFileSync(join(directory, '0000-sum.json'), JSON.stringify({count: 3, replaces}))
    assert.equal(total(directory), (29 * 30) / 2)
    compact(directory, 100, sumUp)
    assert.equal(total(directory), (29 * 30) / 2)
    assert.equal(readdirSync(directory).length, 28)
  })

  it('is left alone while it is small, and is empty without a folder', t => {
    const directory = temporaryDirectory(t)
    put(directory, 0, 20)
    compact(directory, 20, sumUp)
    assert.equal(readdirSync(directory).length, 20)
    assert.deepEqual(readEntries(join(directory, 'none')), [])
    mkdirSync(join(directory, 'folder.json'))
    assert.equal(readEntries(directory).length, 20)
  })
})
