import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {test} from 'node:test'
import {generateAll} from '../scripts/generate/all.ts'
import {repositoryPath} from './support/repository.ts'

for (const [name, content] of await generateAll()) {
  test(`has the current ${name}: if not, run npm run generate`, () => {
    const wanted = content.split('\n')
    const committed = readFileSync(repositoryPath(name), 'utf8').split('\n')
    const line = wanted.findIndex((text, index) => text !== committed[index])
    assert.equal(line, -1, `line ${line + 1} is ${committed[line]}, wanted ${wanted[line]}`)
    assert.equal(committed.length, wanted.length)
  })
}
