import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {test} from 'node:test'
import * as v from 'valibot'
import {accessPage, parseAccessPage, parseAccessRequest} from '../../../src/protocol/report/access.ts'
import {limits} from '../../../src/protocol/values/limits.ts'
import {repositoryPath} from '../../support/repository.ts'

const page = readFileSync(repositoryPath('docs', 'access.md'), 'utf8')
const [request, answer] = [...page.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text)

test('it reads the request and the page of docs/access.md', () => {
  const written = JSON.parse(request!)
  assert.equal(parseAccessRequest(written), null)
  assert.deepEqual(parseAccessRequest({...written, key: '0a'.repeat(32)}), {...written, key: '0a'.repeat(32)})
  assert.deepEqual(parseAccessPage(answer!), JSON.parse(answer!))
  assert.ok(v.is(accessPage, JSON.parse(answer!)))
})

test('it keeps what a newer collector adds to records and headers', () => {
  const later = JSON.parse(answer!)
  later.groups[0].header.later = 'x'
  later.groups[0].records.push({kind: 'later', inner: {value: [1, 2]}})
  assert.deepEqual(parseAccessPage(JSON.stringify(later)), later)
})

test(`it reads ${limits.maxAccessDepth} levels and no more`, () => {
  const nested = (levels: number) => {
    const copy = JSON.parse(answer!)
    // The page, its groups, the group and its header are four levels.
    copy.groups[0].header.later = JSON.parse('['.repeat(levels - 4) + ']'.repeat(levels - 4))
    return parseAccessPage(JSON.stringify(copy))
  }
  assert.notEqual(nested(limits.maxAccessDepth), null)
  assert.equal(nested(limits.maxAccessDepth + 1), null)
})
