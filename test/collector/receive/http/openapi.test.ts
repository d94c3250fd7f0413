import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {describe, it} from 'node:test'
import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js'
import ajvFormats from 'ajv-formats'
import {errorRegistry} from '../../../../src/errors.ts'
import {limits} from '../../../../src/protocol/values/limits.ts'
import {filesUnder, repositoryPath} from '../../../support/repository.ts'
import {get, makeFolders, postTo, type Reply, startCollector} from '../../running-collector.ts'
import {nowMs, reportOf, startOf, uuid, writtenProject} from '../../samples.ts'

interface Response {
  readonly description: string
  readonly content: {readonly 'application/json': {readonly schema: object}}
}
interface Described {
  readonly responses: Readonly<Record<string, Response>>
}
interface Description {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: {readonly schemas: Readonly<Record<string, object>>}
}

const text = readFileSync(repositoryPath('schemas', 'openapi.json'), 'utf8')
const description: Description = JSON.parse(text)

const ajv = new Ajv2020({strict: true, strictRequired: false})
ajvFormats.default(ajv)
ajv.addKeyword('components')
ajv.addSchema({$id: 'https://a.example/openapi.json', components: description.components}, undefined, undefined, false)
const validators = new Map<object, ValidateFunction>()
function validatorOf(schema: object): ValidateFunction {
  const known = validators.get(schema)
  if (known !== undefined) return known
  const made = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"https://a.example/openapi.json#/')))
  validators.set(schema, made)
  return made
}

/** Addresses for browsers, for the clients of Mantid, and for `usage import` and `usage erase` on the same machine. */
const undescribed = [
  ...['/', '/sign-in', '/projects/*', '/badge/*', '/favicon.ico'],
  ...['/v1/projects/{id}/imports', '/v1/projects/{id}/end'],
]

describe('the OpenAPI description', () => {
  it('describes every address of the server, and no other', () => {
    const sources = filesUnder('src/collector/receive/http', '.ts').map(path =>
      readFileSync(repositoryPath(path), 'utf8'),
    )
    const routes = sources.flatMap(source => [
      ...[...source.matchAll(/app\.(?:get|post)(?:<[^(]*>)?\(\s*'(\/[^']*)'/g)].map(([, path = '']) => path),
    ])
    assert.ok(routes.length > 6, 'the pattern finds the addresses')
    const described = routes.map(path => path.replaceAll(/:(\w+)/g, '{$1}')).filter(path => !undescribed.includes(path))
    assert.deepEqual(Object.keys(description.paths).sort(), described.sort())
  })

  it('has no schema that cannot be compiled', () => {
    assert.equal(description.openapi, '3.1.1')
    for (const schema of Object.values(description.components.schemas)) assert.ok(validatorOf(schema))
  })

  it('names under each status only errors with this status', () => {
    for (const operations of Object.values(description.paths))
      for (const {responses} of Object.values(operations))
        for (const [status, {description: words}] of Object.entries(responses))
          for (const [code] of words.matchAll(/USAGE_\w+(?=: )/g))
            assert.equal(String(errorRegistry[code as keyof typeof errorRegistry].http), status)
  })

  it('describes what a collector answers', async t => {
    const keyed = writtenProject({project: 'keyed', writeKey: 'key-1'})
    const {http, token} = await startCollector(t, makeFolders(t, [writtenProject(), keyed]))
    const read = {Authorization: `Bearer ${token}`}
    const person = '/v1/projects/{id}/access'
    const erasures = '/v1/projects/{id}/erasures'
    const stats = '/v1/projects/{id}/stats'
    const key = '5e'.repeat(32)
    const at = (path: string, id = 'parsl') => path.replace('{id}', id)
    const large = ' '.repeat(limits.maxBodyBytes + 1)
    const plain = {'Content-Type': 'text/plain'}
    const report = reportOf([startOf(1, nowMs), {}])
    const ask = {protocol: 1, key}
    const erase = {protocol: 1, id: uuid('q', 1), keys: [key]}
    const asked: [path: string, status: number, reply: Promise<Reply>][] = [
      ['/v1/reports', 200, postTo(http, '/v1/reports', report)],
      ['/v1/reports', 400, postTo(http, '/v1/reports', {})],
      ['/v1/reports', 401, postTo(http, '/v1/reports', {...report, project: 'keyed'})],
      ['/v1/reports', 404, postTo(http, '/v1/reports', {...report, project: 'nobody'})],
      ['/v1/reports', 413, postTo(http, '/v1/reports', large)],
      ['/v1/reports', 415, postTo(http, '/v1/reports', report, plain)],
      [person, 200, postTo(http, at(person), ask)],
      [person, 400, postTo(http, at(person), {})],
      [person, 401, postTo(http, at(person, 'keyed'), ask)],
      [person, 403, postTo(http, at(person), ask, {'X-Forwarded-Proto': 'http'})],
      [person, 404, postTo(http, at(person, 'nobody'), ask)],
      [person, 413, postTo(http, at(person), large)],
      [person, 415, postTo(http, at(person), ask, plain)],
      [erasures, 200, postTo(http, at(erasures), erase)],
      [erasures, 400, postTo(http, at(erasures), {})],
      [erasures, 404, postTo(http, at(erasures, 'nobody'), erase)],
      [stats, 200, get(http, at(stats), read)],
      [stats, 400, get(http, `${at(stats)}?by=hour`, read)],
      [stats, 401, get(http, at(stats))],
      [stats, 404, get(http, at(stats, 'nobody'), read)],
      ['/healthz', 200, get(http, '/healthz')],
      ['/readyz', 200, get(http, '/readyz')],
      ['/version', 200, get(http, '/version')],
      ['/openapi.json', 200, get(http, '/openapi.json')],
    ]
    for (const [path, status, reply] of asked) {
      const {status: answered, body} = await reply
      assert.equal(answered, status, `${path}: ${JSON.stringify(body)}`)
      const [operation] = Object.values(description.paths[path] ?? {})
      const isValid = validatorOf(operation!.responses[status]!.content['application/json'].schema)
      assert.ok(isValid(body), `${path} ${status}: ${JSON.stringify(isValid.errors)}`)
      if (path === '/openapi.json') assert.deepEqual(body, description)
    }
  })
})
