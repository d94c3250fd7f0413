import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {describe, it} from 'node:test'
import {filesUnder, repositoryPath} from './support/repository.ts'
import {readBlocks, stepsOf} from './support/typed-page.ts'

const read = (path: string): string => readFileSync(repositoryPath(path), 'utf8')
const readme = read('README.md')
const roles = ['users', 'script-authors', 'developers', 'maintainers', 'administrators'].map(
  role => `docs/for-${role}.md`,
)
const maxWords = 600

/** The commands with their flags, and the flags of all. */
const {commands} = JSON.parse(read('oclif.manifest.json')) as {
  commands: Readonly<Record<string, {readonly flags: Readonly<Record<string, {readonly allowNo?: boolean}>>}>>
}

/** What is wrong with a command that stands in a text, or null. */
function faultOf(code: string): string | null {
  const words = code.split(/\s+/).slice(1)
  const id = [words.slice(0, 2).join(':'), words[0] ?? ''].find(name => name in commands)
  if (id === undefined) return words.length === 0 ? null : 'is not a command'
  const known = ['help', ...Object.keys(commands[id]?.flags ?? {})]
  const end = words.indexOf('--')
  const own = (id === 'run' && end >= 0 ? words.slice(0, end) : words).filter(word => /^--\w/.test(word))
  const unknown = own.map(word => word.slice(2).replace(/[=,.].*/, '')).find(flag => !known.includes(flag))
  return unknown === undefined ? null : `has no flag --${unknown}`
}

describe('the pages by role', () => {
  it('are all linked near the top of the README', () => {
    const top = readme.split('\n').slice(0, 20).join('\n')
    for (const path of roles) assert.ok(top.includes(`](${path})`), path)
    assert.deepEqual(
      filesUnder('docs', '.md').filter(path => path.startsWith('docs/for-')),
      roles.toSorted(),
    )
  })

  for (const path of roles) {
    it(`${path} begins with its task and has at most ${maxWords} words`, () => {
      const page = read(path)
      assert.match(page, /^# For [a-z ]+: [a-z][^\n]+\n\n[A-Z]/)
      assert.ok(page.split(/\s+/).length - 1 <= maxWords, `${page.split(/\s+/).length - 1} words`)
    })

    it(`${path} has no code but transcripts and files with names, which a long test types`, () => {
      const page = read(path)
      const blocks = readBlocks(page)
      assert.equal(blocks.length, (page.match(/^```/gm) ?? []).length / 2)
      for (const block of blocks) assert.ok(stepsOf(block).length > 0, block.text)
    })
  }
})

describe('every document', () => {
  it('names only commands and flags that exist', () => {
    const documents = ['README.md', ...filesUnder('docs', '.md').filter(path => !path.startsWith('docs/decisions/'))]
    const named = documents.flatMap(path =>
      [...read(path).matchAll(/`(usage(?: [^`\n]+)?)`/g)].map(([, code = '']) => ({path, code})),
    )
    assert.ok(named.length > 100, 'the pattern finds the commands')
    for (const {path, code} of named) assert.equal(faultOf(code), null, `${path}: ${code}`)
  })
})
