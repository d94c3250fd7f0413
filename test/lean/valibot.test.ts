import assert from 'node:assert/strict'
import {readdirSync, readFileSync} from 'node:fs'
import {describe, it} from 'node:test'
import {isDeepStrictEqual} from 'node:util'
import {build} from 'esbuild'
import * as v from 'valibot'
import * as policyFiles from '../../src/protocol/policy/policy-file.ts'
import * as declarations from '../../src/protocol/project/declaration.ts'
import * as projectFiles from '../../src/protocol/project/project-file.ts'
import * as bufferedEvents from '../../src/protocol/report/buffered-event.ts'
import * as headers from '../../src/protocol/report/header.ts'
import * as scalars from '../../src/protocol/values/scalars.ts'
import {repositoryPath, repositoryRoot} from '../support/repository.ts'

const modules = {bufferedEvents, declarations, headers, policyFiles, projectFiles, scalars}
const files = {
  bufferedEvents: 'report/buffered-event',
  declarations: 'project/declaration',
  headers: 'report/header',
  policyFiles: 'policy/policy-file',
  projectFiles: 'project/project-file',
  scalars: 'values/scalars',
}

/** The definitions as the fast lane has them, and the lean functions that read by them. */
async function leanModules(): Promise<Record<keyof typeof modules | 'lean', Record<string, unknown>>> {
  const contents = [...Object.entries(files), ['lean', '../lean/valibot']]
    .map(([name, file]) => `export * as ${name} from './src/protocol/${file}.ts'`)
    .join('\n')
  const {outputFiles} = await build({
    stdin: {contents, resolveDir: repositoryRoot, loader: 'ts'},
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    alias: {valibot: repositoryPath('src', 'lean', 'valibot.ts')},
    logOverride: {'import-is-undefined': 'error'},
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString('base64')}`)
}

type Schema = v.GenericSchema
const isSchema = (value: unknown): value is Schema => (value as Partial<Schema> | null)?.kind === 'schema'

/** Values of every kind that the definitions tell apart. */
const scalarsOfAllKinds: readonly unknown[] = [
  undefined,
  null,
  true,
  '',
  'x',
  'demo',
  'SIGTERM',
  '1.2.3',
  'a\u0007b',
  '\ud800',
  'x'.repeat(65),
  'x'.repeat(129),
  'x'.repeat(300),
  '018F3C5E-0000-7000-8000-000000000001',
  '2026-02-30T00:00:00Z',
  '2026-02-28T00:00:00.123Z',
  'https://example.org',
  'https://user@example.org',
  'example.org:1',
  -1,
  0,
  1,
  1.5,
  1e10,
  1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  [],
  ['x'],
  {},
  {x: 1},
  JSON.parse('{"__proto__": 1, "constructor": 2, "prototype": 3, "x": 4}'),
]

function documents(): unknown[] {
  const read = (folder: string): string[] =>
    readdirSync(repositoryPath('test', 'fixtures', folder), {recursive: true, encoding: 'utf8'})
      .filter(name => /\.jsonl?$/.test(name))
      .map(name => readFileSync(repositoryPath('test', 'fixtures', folder, name), 'utf8'))
  const lines = read('event-files').flatMap(text => text.split('\n'))
  return [...read('policies'), ...read('projects'), ...read('reports'), ...lines].flatMap(text => {
    try {
      return [JSON.parse(text)]
    } catch {
      return []
    }
  })
}

/** The document with each of its values, one at a time, taken away or replaced by one of another kind. */
function* variationsOf(document: unknown): Generator<unknown> {
  yield document
  if (typeof document !== 'object' || document === null) return
  for (const key of Object.keys(document)) {
    const {[key as never]: value, ...rest} = document
    const put = (inner: unknown) =>
      Array.isArray(document) ? document.with(Number(key), inner) : {...rest, [key]: inner}
    if (!Array.isArray(document)) yield rest
    for (const other of scalarsOfAllKinds) yield put(other)
    for (const inner of variationsOf(value)) yield put(inner)
  }
}

describe('a definition that is read by the lean valibot', () => {
  it('takes what it takes when valibot reads it, in the same form, and nothing else', async () => {
    const {lean, ...leanly} = await leanModules()
    const parse = lean['safeParse'] as (schema: unknown, input: unknown) => {success: boolean; output?: unknown}
    let [right, wrong] = [0, 0]
    const compare = (where: string, schema: Schema, leanSchema: unknown, input: unknown) => {
      const expected = v.safeParse(schema, input)
      const actual = parse(leanSchema, input)
      if (expected.success) right++
      else wrong++
      const wanted = expected.success ? expected.output : 'wrong'
      const taken = actual.success ? actual.output : 'wrong'
      if (!isDeepStrictEqual(taken, wanted)) assert.deepEqual(taken, wanted, `${where}: ${JSON.stringify(input)}`)
    }
    const whole = [...documents().flatMap(one => [...variationsOf(one)])]
    for (const [name, module] of Object.entries(modules) as [keyof typeof modules, Record<string, unknown>][])
      for (const [key, schema] of Object.entries(module)) {
        if (!isSchema(schema)) continue
        const inputs = ['policyFile', 'projectFile', 'bufferedEvent'].includes(key) ? whole : []
        for (const input of [...scalarsOfAllKinds, ...inputs])
          compare(`${name}.${key}`, schema, leanly[name][key], input)
      }
    for (const input of whole) {
      const {header, fields} = input as {header?: unknown; fields?: unknown}
      compare('programHeader', headers.programHeader, leanly.headers['programHeader'], header)
      compare('declarations', declarations.declarations, leanly.declarations['declarations'], fields)
    }
    assert.ok(right > 1000 && wrong > 5000, `${right} right, ${wrong} wrong`)
  })
})
