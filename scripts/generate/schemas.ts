import {type ConversionConfig, toJsonSchema} from '@valibot/to-json-schema'
import {timings} from '../../src/protocol/durations/timings.ts'
import {policyFile} from '../../src/protocol/policy/policy-file.ts'
import {declaration} from '../../src/protocol/project/declaration.ts'
import {projectFile} from '../../src/protocol/project/project-file.ts'
import {accessPage, accessRequest} from '../../src/protocol/report/access.ts'
import {answer} from '../../src/protocol/report/answer.ts'
import {bufferedLine, localBlock} from '../../src/protocol/report/buffered-event.ts'
import {erasureReceipt, erasureRequest} from '../../src/protocol/report/erasure.ts'
import {endEvent, featureEvent, startEvent} from '../../src/protocol/report/event.ts'
import {header, operatingSystem, programHeader} from '../../src/protocol/report/header.ts'
import {report} from '../../src/protocol/report/report.ts'
import {limits} from '../../src/protocol/values/limits.ts'
import {patternWords} from '../../src/protocol/values/pattern.ts'

type JsonSchema = ReturnType<typeof toJsonSchema>

const documents = [
  {
    name: 'project.v1',
    schema: projectFile,
    title: 'Project file of usage, version 1',
    description: 'What a project collects, why, and where it is sent: the allow-list of the sender and the collector.',
  },
  {
    name: 'policy.v1',
    schema: policyFile,
    title: 'Site policy of usage, version 1',
    description: 'What an administrator decides for all users of a machine. A repeated key is invalid, too.',
  },
  {
    name: 'report.v1',
    schema: report,
    title: 'Report of usage, version 1',
    description:
      'The content of a report: one header and the events that share it. In addition, an event must have at most ' +
      `${limits.maxEventBytes} bytes, a body ${limits.maxBodyBytes} bytes and ${limits.maxDepth} levels.`,
  },
  {
    name: 'event-file.v1',
    schema: bufferedLine,
    title: 'Line of an event file of usage, version 1',
    description:
      'One line of a file in the buffer. A file has 1 to ' +
      `${limits.maxEventsPerReport} such lines, each ended by a newline; see docs/buffer-format.md.`,
  },
  {
    name: 'answer.v1',
    schema: answer,
    title: "Collector's answer to a report of usage, version 1",
    description: 'Sent only after the accepted events are on disk. Partial success is final.',
  },
  {
    name: 'erasure-request.v1',
    schema: erasureRequest,
    title: 'Erasure request of usage, version 1',
    description: 'The keys of the pseudonyms whose data is to be erased, sent by `usage forget`.',
  },
  {
    name: 'erasure-receipt.v1',
    schema: erasureReceipt,
    title: "Collector's receipt of an erasure of usage, version 1",
    description: 'Sent only after the data is erased from the disk.',
  },
  {
    name: 'access-request.v1',
    schema: accessRequest,
    title: 'Access request of usage, version 1',
    description:
      'The key of one pseudonym, sent by `usage access` to see what is stored under it. ' +
      `At most ${limits.maxAccessRequestBytes} bytes.`,
  },
  {
    name: 'access-page.v1',
    schema: accessPage,
    title: "Page of a collector's answer to an access request of usage, version 1",
    description:
      'Everything that the collector stores under one pseudonym, with the header of each record. ' +
      `A page has at most ${limits.maxAccessRecords} records.`,
  },
]

/**
 * The JSON Schema of checks that are functions, by their message. A check without an entry stops the generation, so
 * that the schema contains every rule of the parser.
 */
const checks: Readonly<Record<string, JsonSchema>> = {
  'must be an http or https address without user, query or fragment': {
    pattern: '^https?://[^\\s/@?#]+(?:/[^\\s?#]*)?$',
  },
  'must be the address of a folder, such as file:///shared/inbox': {
    pattern: '^file:///(?!/)[^?#\\u0000-\\u001f\\u007f]+$',
  },
  'must be the absolute path of a folder, such as /shared/inbox': {
    pattern: '^file:///(?!/)[^?#\\u0000-\\u001f\\u007f]+$',
  },
  'must contain http, udp or file': {
    anyOf: [
      {required: ['http'], properties: {http: {type: 'string'}}},
      {required: ['udp'], properties: {udp: {type: 'string'}}},
      {required: ['file'], properties: {file: {type: 'string'}}},
    ],
  },
  'must contain endpoint beside writeKey': {anyOf: [{required: ['endpoint']}, {not: {required: ['writeKey']}}]},
  [patternWords]: {format: 'regex'},
  // JSON Schema cannot compare two values.
  'must not declare a min above the max': {},
  'must have counts whose sum is n': {},
  'must have minSeconds and maxSeconds in its first and last buckets': {},
  'must have a sumSeconds between n times minSeconds and n times maxSeconds': {},
  'must be a time that exists': {format: 'date-time'},
  'must be a day that exists': {format: 'date'},
}

const definitions = {
  operatingSystem,
  programHeader,
  header,
  localBlock,
  declaration,
  startEvent,
  endEvent,
  featureEvent,
  timings,
}

const config: ConversionConfig = {
  typeMode: 'input',
  target: 'draft-2020-12',
  definitions,
  overrideAction({valibotAction, jsonSchema}) {
    const {type, requirement, message} = valibotAction as {type: string; requirement?: unknown; message?: unknown}
    // JSON has only finite numbers, and the schema describes the input, not the result of transformations.
    if (type === 'finite' || type === 'to_lower_case' || type === 'transform') return jsonSchema
    // JSON Schema reads patterns with the flag u.
    if (type === 'regex' && requirement instanceof RegExp && requirement.flags === 'u')
      return {...jsonSchema, pattern: requirement.source}
    const meaning = type === 'check' ? checks[String(message)] : undefined
    return meaning && {...jsonSchema, ...meaning}
  },
}

/** Generates the JSON Schemas from the definitions of the parsers: path in the repository → content. */
export function generateSchemas(): Map<string, string> {
  return new Map(
    documents.map(({name, schema, title, description}) => {
      const {$schema, $defs, ...body} = toJsonSchema(schema, config)
      const used = withUsedDefinitions(body, $defs ?? {})
      const content = {$schema, $id: `urn:usage-reporter:schema:${name}`, title, description, ...used}
      return [`schemas/${name}.json`, `${JSON.stringify(content, null, 2)}\n`]
    }),
  )
}

/** Adds the definitions that a schema references, directly or through other definitions. */
function withUsedDefinitions(body: JsonSchema, all: NonNullable<JsonSchema['$defs']>): JsonSchema {
  const used = new Set<string>()
  const visit = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value).matchAll(/"#\/\$defs\/(\w+)"/g)) {
      if (name === undefined || used.has(name)) continue
      used.add(name)
      visit(all[name])
    }
  }
  visit(body)
  if (used.size === 0) return body
  return {...body, $defs: Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)))}
}
