import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {parseProjectFile} from '../../../src/protocol/project/project-file.ts'
import {reviewProject} from '../../../src/protocol/project/review-project.ts'
import {reviewCodes} from '../../../src/protocol/project/review-warning.ts'

const careful = {
  project: 'demo',
  contact: 'demo@example.org',
  purpose: ['How many people use Demo'],
  moreInfo: 'https://demo.example.org/usage',
  endpoint: {http: 'https://usage.example.org'},
}
const description = 'Size of the problems that people solve'

/** The codes and places of the warnings about the careful project with these changes. */
function review(changes: object): string[] {
  const input = {...careful, ...changes}
  const parsed = parseProjectFile(input)
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return reviewProject(input, parsed.value).map(({code, path}) => `${code} ${path.join('.')}`)
}
const field = (declared: object, name = 'size') => ({fields: {[name]: {description, ...declared}}})
const pattern = (text: string) => field({type: 'pattern', pattern: text})
const values = (count: number) => Array.from({length: count}, (_, index) => `v${index}`)
const fields = (count: number) => Object.fromEntries(values(count).map(name => [name, {type: 'boolean', description}]))
const {moreInfo: _moreInfo, ...silent} = careful

/** The changes of the project and the expected warnings. */
const table: [changes: object, ...warnings: string[]][] = [
  [{}],
  [{$schema: 'x', lostAfterHours: 5, schedulers: {mpi: 'all'}, flush: {threshold: 5}, writeKey: 'k'}],
  [{retension: {}}, 'unknown-key retension'],
  [{identity: {rotation: 'year'}}, 'unknown-key identity.rotation'],
  [field({type: 'integer', maximum: 3}), 'unknown-key fields.size.maximum'],
  [{fields: fields(20)}],
  [{fields: fields(21)}, 'many-fields fields'],
  [{features: {details: fields(21)}}, 'many-fields features.details'],
  [field({type: 'boolean'}, 'userName'), 'personal-name fields.userName'],
  [field({type: 'boolean'}, 'input.file'), 'personal-name fields.input.file'],
  [field({type: 'boolean'}, 'ip'), 'personal-name fields.ip'],
  [field({type: 'boolean'}, 'profile')],
  [field({type: 'boolean', description: 'TODO'}), 'empty-description fields.size.description'],
  [field({type: 'boolean', description: 'size'}), 'empty-description fields.size.description'],
  [field({type: 'boolean', description: 'Grid size'}, 'gridSize'), 'empty-description fields.gridSize.description'],
  [field({type: 'enum', values: values(50)})],
  [field({type: 'enum', values: values(51)}), 'wide-enum fields.size.values'],
  [pattern('[0-9]{1,4}x[0-9]{1,4}')],
  [pattern('v[0-9]{1,4}')],
  [pattern('[a-z]+'), 'pattern-matches-text fields.size.pattern'],
  [pattern('[a-z.]+@[a-z.]+'), 'pattern-matches-email fields.size.pattern'],
  [pattern('/[a-z/.]+'), 'pattern-matches-path fields.size.pattern'],
  [pattern('[0-9.]+'), 'pattern-matches-host fields.size.pattern'],
  [{features: {allowOther: true}}, 'other-features-allowed features.allowOther'],
  [{identity: {rotate: 'never'}}, 'ids-never-change identity.rotate'],
  [{retention: {runs: '5y', features: '60m'}}],
  [{retention: {runs: '6y'}}, 'long-retention retention.runs'],
  [{retention: {features: '999w'}}, 'long-retention retention.features'],
  [{moreInfo: undefined}, 'no-more-info '],
  [{endpoint: {http: 'http://usage.example.org'}}, 'endpoint-not-encrypted endpoint.http'],
  [{endpoint: {http: 'http://127.example.org'}}, 'endpoint-not-encrypted endpoint.http'],
  [{endpoint: {http: 'http://127.0.0.1:8080'}}],
  [{endpoint: {http: 'http://[::1]:8080'}}],
  [{endpoint: {http: 'http://localhost'}}],
  [{endpoint: {udp: 'usage.example.org:50077'}}, 'endpoint-not-encrypted endpoint.udp'],
]

describe('the review of a project file', () => {
  for (const [index, [changes, ...warnings]] of table.entries())
    it(`warns in case ${index + 1} of ${warnings.length === 0 ? 'nothing' : warnings.join(', ')}`, () =>
      assert.deepEqual(review(changes), warnings))

  it('suggests a similar key for a misspelt one', () => {
    const input = {...silent, moreinfo: 'x', consentt: 'opt-in', somethingElse: 1}
    const parsed = parseProjectFile(input)
    assert.ok(parsed.ok)
    const hints = reviewProject(input, parsed.value).filter(({code}) => code === 'unknown-key')
    assert.deepEqual(
      hints.map(({next}) => next),
      ['did you mean moreInfo?', 'did you mean consent?', 'remove the key'],
    )
  })

  it('has a case in this table for each of its warnings', () => {
    const codes = new Set(table.flatMap(([, ...lines]) => lines.map(line => line.split(' ')[0])))
    assert.deepEqual([...codes].sort(), [...reviewCodes].sort())
  })

  it('stays fast for a key of any length', () => {
    assert.deepEqual(review({['x'.repeat(100_000)]: 1}).length, 1)
  })
})
