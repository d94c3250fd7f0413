import assert from 'node:assert/strict'
import {existsSync, readFileSync} from 'node:fs'
import {posix} from 'node:path'
import {describe, it} from 'node:test'
import {filesUnder, repositoryPath} from './support/repository.ts'

const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesUnder('docs', '.md')]
const read = (path: string): string => readFileSync(repositoryPath(path), 'utf8')

/** Paths of the repository that stand in code: from the top, or built ones by their sources. */
const pathPattern = /`((?:\.ci|bench|bin|docs|examples|schemas|scripts|src|test)\/[\w.\-/]*)`/g
const linkPattern = /\]\((?!https?:|mailto:|#)([^)\s#]+)/g

/** The anchors that a page of GitHub has for its headings. */
const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

describe('every document', () => {
  it('names only paths that exist', () => {
    const named = documents.flatMap(document =>
      [...read(document).matchAll(pathPattern)].map(([, path = '']) => ({document, path})),
    )
    assert.ok(named.length > 20, 'the pattern finds the paths')
    for (const {document, path} of named) assert.ok(existsSync(repositoryPath(path)), `${document} names ${path}`)
  })

  it('names in architecture.md only functions that exist', () => {
    const sources = filesUnder('src', '.ts').map(read).join('\n')
    const functions = [...read('docs/architecture.md').matchAll(/`([a-z]+[A-Z]\w*)`/g)].map(([, name = '']) => name)
    assert.ok(functions.length > 20, 'the pattern finds the functions')
    for (const name of functions) assert.ok(new RegExp(`\\b(?:function\\*?|const) ${name}\\b`).test(sources), name)
  })

  it('links only to headings that exist', () => {
    const links = documents.flatMap(document =>
      [...read(document).matchAll(/\]\((?!https?:|mailto:)([^)\s#]*)#([^)\s]+)\)/g)].map(
        ([, path = '', anchor = '']) => ({
          document,
          target: path === '' ? document : posix.join(posix.dirname(document), path),
          anchor,
        }),
      ),
    )
    assert.ok(links.length > 20, 'the pattern finds the links')
    for (const {document, target, anchor} of links)
      assert.ok(anchorsOf(read(target)).includes(anchor), `${document} links to ${target}#${anchor}`)
  })

  it('links only to files that exist', () => {
    for (const document of documents)
      for (const [, link = ''] of read(document).matchAll(linkPattern)) {
        const target = posix.join(posix.dirname(document), link)
        assert.ok(existsSync(repositoryPath(target)), `${document} links to ${link}`)
      }
  })
})

describe('docs/decisions/README.md', () => {
  it('lists every record once', () => {
    const listed = [...read('docs/decisions/README.md').matchAll(/^\| \[\d{4}\]\((.*?)\) \| .+ \| .+ \|$/gm)]
    const records = filesUnder('docs/decisions', '.md').filter(path => !path.endsWith('README.md'))
    assert.deepEqual(
      listed.map(([, name]) => `docs/decisions/${name}`),
      records.sort(),
    )
  })
})
