import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {test} from 'node:test'
import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import {parsePolicy} from '../src/protocol/policy/parse-policy.ts'
import {parseProjectFile} from '../src/protocol/project/project-file.ts'
import {parseAccessPage, parseAccessRequest} from '../src/protocol/report/access.ts'
import {parseAnswer} from '../src/protocol/report/answer.ts'
import {parseBufferFile} from '../src/protocol/report/buffered-event.ts'
import {parseErasureReceipt, parseErasureRequest} from '../src/protocol/report/erasure.ts'
import {parseReport} from '../src/protocol/report/report.ts'
import {fixturesIn, readFixture, readJsonFixture} from './support/fixtures.ts'
import {policyObjects} from './support/policies.ts'
import {filesUnder, repositoryPath} from './support/repository.ts'

function compile(name: string): ValidateFunction {
  const ajv = new Ajv2020({strict: true, strictRequired: false})
  ajvFormats.default(ajv)
  return ajv.compile(JSON.parse(readFileSync(repositoryPath('schemas', name), 'utf8')))
}
const schemas = {
  project: compile('project.v1.json'),
  policy: compile('policy.v1.json'),
  report: compile('report.v1.json'),
  line: compile('event-file.v1.json'),
  answer: compile('answer.v1.json'),
  'access-request': compile('access-request.v1.json'),
  'access-page': compile('access-page.v1.json'),
  'erasure-request': compile('erasure-request.v1.json'),
  'erasure-receipt': compile('erasure-receipt.v1.json'),
}
const parses: Record<keyof typeof schemas, (document: unknown) => boolean> = {
  project: document => parseProjectFile(document).ok,
  policy: document => parsePolicy(JSON.stringify(document)).ok,
  report: document => {
    const parsed = parseReport(document)
    return parsed.ok && parsed.value.rejected.length === 0
  },
  line: document => parseBufferFile(`${JSON.stringify(document)}\n`, '2026-11-22T10:00:00Z').kind === 'events',
  answer: document => parseAnswer(JSON.stringify(document)) !== null,
  'access-request': document => parseAccessRequest(document) !== null,
  'access-page': document => parseAccessPage(JSON.stringify(document)) !== null,
  'erasure-request': document => parseErasureRequest(document).ok,
  'erasure-receipt': document => parseErasureReceipt(JSON.stringify(document)) !== null,
}
const linesOf = (name: string): unknown[] =>
  readFixture(name)
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

test('publishes a schema for each document', () => {
  const names = [
    'access-page',
    'access-request',
    'answer',
    'erasure-receipt',
    'erasure-request',
    'event-file',
    'policy',
    'project',
    'report',
  ]
  const paths = [...names.map(name => `schemas/${name}.v1.json`), 'schemas/openapi.json'].sort()
  assert.deepEqual(filesUnder('schemas'), paths)
})

for (const name of fixturesIn('projects'))
  test(`finds ${name} right by the published schema`, () => assertRight('project', readJsonFixture(name)))
for (const name of fixturesIn('policies'))
  test(`finds ${name} right by the published schema`, () => assertRight('policy', readJsonFixture(name)))
for (const name of fixturesIn('reports'))
  test(`finds ${name} right by the published schema`, () => assertRight('report', readJsonFixture(name)))
for (const name of fixturesIn('event-files'))
  test(`finds each line of ${name} right by the published schema`, () => {
    for (const line of linesOf(name)) assertRight('line', line)
  })

function assertRight(kind: keyof typeof schemas, document: unknown): void {
  assert.ok(schemas[kind](document), JSON.stringify(schemas[kind].errors))
}

const answer = {accepted: 1, duplicates: 0, rejected: []}
const erasure = {protocol: 1, id: '0199aaaa-7200-7000-8000-000000000001', keys: ['0a'.repeat(32)]}
const manyKeys = (count: number) => ({...erasure, keys: Array.from({length: count}, () => erasure.keys[0])})
const receipt = {receipt: erasure.id, erasedAt: '2026-11-22T10:00:00.000Z', runs: 0, features: 3}
const access = {protocol: 1, key: '0a'.repeat(32)}
const page = {
  protocol: 1,
  user: '0a'.repeat(16),
  groups: [{header: {user: '0a'.repeat(16)}, records: [{kind: 'day', usedAt: '2026-11-22T10:00:00.000Z'}]}],
  totals: {runsBefore: null, featuresBefore: '2025-11-01T00:00:00.000Z'},
  next: null,
}
const project = readJsonFixture('projects/every-type.json')
const report = readJsonFixture('reports/run.json')
const [start, feature, end] = report.events
const [line] = linesOf('event-files/command/start.json') as [object]
const description = 'x'
const withField = (field: unknown) => ({...project, fields: {a: field}})
const withEvent = (event: unknown) => ({...report, events: [event]})

/** [the kind of document, whether it is right, the document] */
type Row = [kind: keyof typeof schemas, isRight: boolean, document: unknown]
const table: Row[] = [
  ...policyObjects.map(({policy, isValid}): Row => ['policy', isValid, policy]),
  ['answer', true, answer],
  ['answer', true, {...answer, rejected: [{index: 0, id: null, code: 'a', message: 'b'}]}],
  ['answer', false, {...answer, accepted: -1}],
  ['answer', false, {...answer, rejected: [{}]}],
  ['answer', false, {accepted: 1}],
  ['access-request', true, access],
  ['access-request', true, {...access, cursor: null}],
  ['access-request', true, {...access, cursor: '2.0a'}],
  ['access-request', false, {...access, cursor: '2/0a'}],
  ['access-request', false, {...access, later: 1}],
  ['access-request', false, {...access, key: '0a'.repeat(31)}],
  ['access-request', false, {...access, protocol: 2}],
  ['access-page', true, page],
  ['access-page', true, {...page, next: '2.0a', later: 1}],
  ['access-page', false, {...page, user: 'ada'}],
  ['access-page', false, {...page, groups: [{records: []}]}],
  ['access-page', false, {...page, totals: {}}],
  ['access-page', false, {...page, next: ''}],
  ['erasure-request', true, erasure],
  ['erasure-request', true, manyKeys(120)],
  ['erasure-request', false, manyKeys(121)],
  ['erasure-request', false, manyKeys(0)],
  ['erasure-request', false, {...erasure, later: 1}],
  ['erasure-request', false, {...erasure, protocol: 2}],
  ['erasure-request', false, {...erasure, id: 'x'}],
  ['erasure-request', false, {...erasure, keys: ['0A'.repeat(32)]}],
  ['erasure-request', false, {...erasure, keys: ['0a'.repeat(31)]}],
  ['erasure-receipt', true, receipt],
  ['erasure-receipt', true, {...receipt, later: 1}],
  ['erasure-receipt', false, {...receipt, runs: -1}],
  ['erasure-receipt', false, {...receipt, features: 1.5}],
  ['erasure-receipt', false, {...receipt, erasedAt: 'now'}],
  ['erasure-receipt', false, {runs: 0, features: 0}],
  ['project', true, project],
  ['project', true, {...project, later: 1}],
  ['project', false, null],
  ['project', false, {}],
  ['project', false, {...project, project: 'Parsl'}],
  ['project', false, {...project, contact: ''}],
  ['project', false, {...project, purpose: []}],
  ['project', false, {...project, endpoint: {}}],
  ['project', false, {...project, endpoint: {http: null, udp: null}}],
  ['project', true, {...project, endpoint: {http: null, udp: 'a.example:1'}}],
  ['project', false, {...project, endpoint: {http: 'ftp://a.example'}}],
  ['project', false, {...project, endpoint: {http: 'https://u:p@a.example'}}],
  ['project', false, {...project, endpoint: {http: 'https://a.example?x'}}],
  ['project', false, {...project, endpoint: {udp: 'a.example'}}],
  ['project', true, withField({type: 'integer', description})],
  ['project', false, withField({type: 'integer'})],
  ['project', false, withField({type: 'text', description})],
  ['project', false, withField({type: 'enum', values: [], description})],
  ['project', false, withField({type: 'pattern', pattern: '(', description})],
  ['project', false, {...project, fields: {'a b': {type: 'boolean', description}}}],
  ['project', false, {...project, environmentVariable: 'a'}],
  ['project', false, {...project, consent: 'maybe'}],
  ['project', false, {...project, flush: {threshold: 0}}],
  ['project', false, {...project, flush: {threshold: 1.5}}],
  ['project', false, {...project, retention: {runs: 'for ever'}}],
  ['report', true, report],
  ['report', true, {...report, later: 1, header: {}}],
  ['report', false, {...report, protocol: 2}],
  ['report', false, {...report, events: []}],
  ['report', false, {...report, header: {user: 'ada'}}],
  ['report', false, {...report, client: {name: 'x'}}],
  ['report', true, withEvent({id: start.id, type: 'start', run: start.run, time: start.time})],
  ['report', false, withEvent({...start, id: 'x'})],
  ['report', false, withEvent({...start, run: null})],
  ['report', true, withEvent({...end, run: null})],
  ['report', false, withEvent({...end, exitCode: 1.5})],
  ['report', false, withEvent({...end, exitCode: 2 ** 32})],
  ['report', false, withEvent({...end, durationSeconds: -1})],
  ['report', false, withEvent({...end, signal: 'TERM'})],
  ['report', false, withEvent({...end, time: '2026-11-22T10:00:00+01:00'})],
  ['report', false, withEvent({...end, time: '2026-02-30T10:00:00Z'})],
  ['report', false, withEvent({...end, fields: {a: ''}})],
  ['report', false, withEvent({...end, fields: {a: 'x\ny'}})],
  ['report', false, withEvent({...end, fields: {a: '\ud800'}})],
  ['report', false, withEvent({...feature, name: ''})],
  ['report', false, withEvent({...feature, name: 'x'.repeat(129)})],
  ['report', false, withEvent({...feature, count: 0})],
  ['report', false, withEvent({...feature, type: 'other'})],
  ['line', true, {...line, header: null, local: null}],
  ['line', false, {...line, format: 2}],
  ['line', false, {...line, local: {host: 7}}],
  ['line', false, {...line, local: {script: 'x'.repeat(4097)}}],
]

for (const [index, [kind, isRight, document]] of table.entries()) {
  test(`finds document ${index + 1} (${kind}) ${isRight ? 'right' : 'wrong'}, by the parser and by the schema`, () => {
    const text = JSON.stringify(document)
    assert.equal(parses[kind](document), isRight, `parser: ${text}`)
    assert.equal(schemas[kind](document), isRight, `schema: ${text}`)
  })
}
