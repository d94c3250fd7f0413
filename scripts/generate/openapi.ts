import {readFileSync} from 'node:fs'
import {type ErrorCode, errorRegistry} from '../../src/error-registry.ts'
import {queryNames} from '../../src/stats/model/query.ts'

type Json = Readonly<Record<string, unknown>>

/** One address of a collector, for the description. */
interface Operation {
  readonly method: 'get' | 'post'
  readonly path: string
  readonly id: string
  readonly summary: string
  /** Who may ask: the bearer token. Absent: everyone. */
  readonly token?: 'writeKey' | 'readToken'
  /** The schema of the body. */
  readonly body?: string
  readonly isCompressible?: true
  readonly parameters?: readonly Json[]
  readonly answer: {readonly description: string; readonly schema: Json; readonly headers?: Json}
  /** What it answers with the status 503 besides errors. */
  readonly unready?: Json
  /** The errors that the address answers with, besides those of every address. */
  readonly errors: readonly ErrorCode[]
}

const ref = (name: string): Json => ({$ref: `#/components/schemas/${name}`})
const project: Json = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The id of the project.',
  schema: {type: 'string', pattern: '^[a-z][a-z0-9-]{0,39}$'},
}
const status = (word: string): Operation['answer'] => ({
  description: 'It is.',
  schema: {type: 'object', properties: {status: {const: word}}, required: ['status']},
})
const readiness = (word: string): Json => ({
  type: 'object',
  properties: {
    status: {const: word},
    checks: {
      type: 'array',
      items: {
        type: 'object',
        properties: {name: {type: 'string'}, ok: {type: 'boolean'}, detail: {type: 'string'}},
        required: ['name', 'ok', 'detail'],
      },
    },
  },
  required: ['status', 'checks'],
})
const noStore = {'Cache-Control': {description: 'No cache keeps the answer.', schema: {const: 'no-store'}}}
const bodyErrors = [
  'USAGE_BODY_TOO_LARGE',
  'USAGE_BODY_UNSUPPORTED',
  'USAGE_PROJECT_UNKNOWN',
  'USAGE_KEY_WRONG',
] as const

const operations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/reports',
    id: 'sendReport',
    summary: 'Send a report. The answer leaves after the accepted events are on disk; partial success is final.',
    token: 'writeKey',
    body: 'Report',
    isCompressible: true,
    parameters: [
      {
        name: 'dryRun',
        in: 'query',
        description: 'Any value but 0: the report is checked and not stored.',
        schema: {type: 'string'},
      },
      {
        name: 'Usage-Sent-At',
        in: 'header',
        description: "The sender's clock, in UTC: corrects the times of events if it is wrong by 55 minutes or more.",
        schema: {type: 'string', format: 'date-time'},
      },
    ],
    answer: {description: 'What became of the events.', schema: ref('Answer')},
    errors: ['USAGE_REPORT_UNPARSABLE', ...bodyErrors],
  },
  {
    method: 'post',
    path: '/v1/projects/{id}/access',
    id: 'showPerson',
    summary: 'Show everything that is stored under a pseudonym, to the owner of its key.',
    token: 'writeKey',
    body: 'AccessRequest',
    parameters: [project],
    answer: {description: 'One page. An unknown key gets an empty one.', schema: ref('AccessPage'), headers: noStore},
    errors: [
      'USAGE_ACCESS_UNPARSABLE',
      'USAGE_REPORT_UNPARSABLE',
      'USAGE_NOT_ENCRYPTED',
      'USAGE_TOO_MANY_REQUESTS',
      ...bodyErrors,
    ],
  },
  {
    method: 'post',
    path: '/v1/projects/{id}/erasures',
    id: 'erasePerson',
    summary: 'Erase everything that is stored under some pseudonyms, for the owner of their keys.',
    token: 'writeKey',
    body: 'ErasureRequest',
    isCompressible: true,
    parameters: [project],
    answer: {description: 'The receipt. It leaves after the data is erased.', schema: ref('ErasureReceipt')},
    errors: ['USAGE_ERASURE_UNPARSABLE', 'USAGE_REPORT_UNPARSABLE', ...bodyErrors],
  },
  {
    method: 'get',
    path: '/v1/projects/{id}/stats',
    id: 'readStats',
    summary: 'Read the statistics of a project.',
    token: 'readToken',
    parameters: [project, ...queryNames.map(name => ({name, in: 'query', schema: {type: 'string'}}))],
    answer: {
      description: 'The same document as `usage stats --json`. docs/stats.md describes its keys.',
      schema: {type: 'object', properties: {project: {type: 'string'}}, required: ['project', 'from', 'to', 'by']},
    },
    errors: ['USAGE_QUERY_INVALID', 'USAGE_TOKEN_WRONG', 'USAGE_PROJECT_UNKNOWN'],
  },
  {
    method: 'get',
    path: '/healthz',
    id: 'isAlive',
    summary: 'Whether the collector runs.',
    answer: status('ok'),
    errors: [],
  },
  {
    method: 'get',
    path: '/readyz',
    id: 'isReady',
    summary: 'Whether the collector can accept reports, and each check.',
    answer: {description: 'It can.', schema: readiness('ready'), headers: noStore},
    unready: readiness('unready'),
    errors: [],
  },
  {
    method: 'get',
    path: '/version',
    id: 'readVersion',
    summary: 'The version of the collector.',
    answer: {
      description: 'The program, its version, and the version of the protocol.',
      schema: {
        type: 'object',
        properties: {name: {type: 'string'}, version: {type: 'string'}, protocol: {type: 'integer'}},
        required: ['name', 'version', 'protocol'],
      },
    },
    errors: [],
  },
  {
    method: 'get',
    path: '/openapi.json',
    id: 'describe',
    summary: 'This document.',
    answer: {description: 'OpenAPI 3.1.', schema: {type: 'object', required: ['openapi', 'paths']}},
    errors: [],
  },
]

/** The published schemas that the description contains, by their names in it. */
const documents: Readonly<Record<string, string>> = {
  Report: 'report.v1',
  Answer: 'answer.v1',
  AccessRequest: 'access-request.v1',
  AccessPage: 'access-page.v1',
  ErasureRequest: 'erasure-request.v1',
  ErasureReceipt: 'erasure-receipt.v1',
}

const everywhere: readonly ErrorCode[] = ['USAGE_COLLECTOR_BUSY', 'USAGE_UNEXPECTED']

/** Generates the description of a collector's addresses from the published schemas: path → content. */
export function generateOpenapi(schemas: ReadonlyMap<string, string>): Map<string, string> {
  const {version} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const byPath = Map.groupBy(operations, ({path}) => path)
  const description = {
    openapi: '3.1.1',
    info: {
      title: 'Collector of usage',
      version,
      description: 'Receives reports, shows and erases the data of a person, answers statistics.',
      license: {name: 'MIT', identifier: 'MIT'},
    },
    paths: Object.fromEntries(
      [...byPath].map(([path, all]) => [path, Object.fromEntries(all.map(one => [one.method, describe(one)]))]),
    ),
    components: {
      securitySchemes: {
        writeKey: {type: 'http', scheme: 'bearer', description: "The project file's writeKey, if it has one."},
        readToken: {type: 'http', scheme: 'bearer', description: 'The read token of the collector.'},
      },
      schemas: {...describeDocuments(schemas), Error: errorDocument()},
    },
  }
  return new Map([['schemas/openapi.json', `${JSON.stringify(description, null, 2)}\n`]])
}

function describe({
  id,
  summary,
  token,
  body,
  isCompressible,
  parameters = [],
  answer,
  unready,
  errors,
}: Operation): Json {
  const encoding = {
    name: 'Content-Encoding',
    in: 'header',
    description: 'gzip, or absent.',
    schema: {enum: ['gzip', 'identity']},
  }
  const all = isCompressible ? [...parameters, encoding] : parameters
  const {schema, ...other} = answer
  return {
    operationId: id,
    summary,
    ...(all.length > 0 && {parameters: all}),
    // A project without a write key accepts requests without one.
    ...(token && {security: [{[token]: []}, ...(token === 'writeKey' ? [{}] : [])]}),
    ...(body && {requestBody: {required: true, content: {'application/json': {schema: ref(body)}}}}),
    responses: {'200': {...other, content: {'application/json': {schema}}}, ...describeErrors(errors, unready)},
  }
}

/** One response for each status. Its description has the codes with their meanings. */
function describeErrors(codes: readonly ErrorCode[], unready?: Json): Json {
  const byStatus = Map.groupBy([...codes, ...everywhere], code => errorRegistry[code].http)
  const sorted = [...byStatus].sort(([a], [b]) => Number(a) - Number(b))
  return Object.fromEntries(
    sorted.map(([http, all]) => [
      String(http),
      {
        description: all.map(code => `${code}: ${errorRegistry[code].meaning}`).join(' '),
        ...((http === 429 || http === 503) && {
          headers: {'Retry-After': {description: 'Seconds.', schema: {type: 'integer'}}},
        }),
        content: {
          'application/json': {schema: http === 503 && unready ? {anyOf: [ref('Error'), unready]} : ref('Error')},
        },
      },
    ]),
  )
}

/** Puts the definitions of each schema beside it: tools disagree about schemas inside of schemas. */
function describeDocuments(schemas: ReadonlyMap<string, string>): Json {
  const found: Record<string, unknown> = {}
  for (const [name, file] of Object.entries(documents)) {
    const text = schemas.get(`schemas/${file}.json`)
    if (text === undefined) throw new Error(`there is no schema ${file}`)
    const {$schema, $id, $defs = {}, ...body} = JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/'))
    Object.assign(found, $defs, {[name]: body})
  }
  return found
}

function errorDocument(): Json {
  const codes = Object.entries(errorRegistry).flatMap(([code, {http}]) => (http === null ? [] : [code]))
  const text = {type: 'string'}
  const properties = {code: {enum: codes}, message: text, next: text}
  const requestId = {type: 'string', description: 'With a status of 500 or more: the id of the request.'}
  return {
    type: 'object',
    properties: {
      error: {type: 'object', properties: {...properties, requestId}, required: Object.keys(properties)},
    },
    required: ['error'],
  }
}
