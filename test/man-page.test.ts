import assert from 'node:assert/strict'
import {execFileSync, spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {describe, it} from 'node:test'
import {needs} from './support/needs.ts'
import {repositoryPath} from './support/repository.ts'

const page = repositoryPath('man', 'usage.1')

describe('the man page', () => {
  it('has nothing that groff warns of', needs('groff'), () => {
    const {status, stderr} = spawnSync('groff', ['-man', '-ww', '-z', page], {encoding: 'utf8'})
    assert.deepEqual([status, stderr], [0, ''])
  })

  it('shows every command and flag as they are typed', needs('groff'), () => {
    const text = execFileSync('groff', ['-man', '-Tascii', '-P-cbou', page], {encoding: 'utf8'}).replace(/\s+/g, ' ')
    const {commands} = JSON.parse(readFileSync(repositoryPath('oclif.manifest.json'), 'utf8'))
    for (const {id, flags} of Object.values(commands) as {id: string; flags: object}[])
      for (const words of [`usage ${id.replace(':', ' ')}`, ...Object.keys(flags).map(name => `--${name}`)])
        assert.ok(text.includes(words), words)
    for (const words of ['`usage forget`', 'DO_NOT_TRACK', '/etc/usage/off', 'EXIT STATUS'])
      assert.ok(text.includes(words.replaceAll('`', '')), words)
  })
})
