import {gzipSync} from 'node:zlib'
import type {Chance} from './mutate.ts'

/** A message and how it is sent. Bytes of a datagram are `content` alone. */
export interface Transport {
  /** The request as bytes of HTTP, without the headers that every request has. */
  readonly request: {readonly line: string; readonly headers: readonly string[]; readonly body: Buffer}
  /** The message before it was packed. */
  readonly content: Buffer
  /** Whether the request is incomplete or no HTTP, so that no answer has to come. Nothing of it may be stored. */
  readonly isBroken: boolean
  /** Whether the collector is asked to check the message without storing it. */
  readonly isDryRun: boolean
}

const json = 'Content-Type: application/json'

const framed = (path: string, content: Buffer, body = content, more: readonly string[] = []): Transport => ({
  request: {line: `POST ${path} HTTP/1.1`, headers: [json, `Content-Length: ${body.length}`, ...more], body},
  content,
  isBroken: false,
  isDryRun: false,
})

/** A message that is sent as it should be. */
export const wholePost = (path: string, content: Buffer): Transport => framed(path, content)

/** Small when packed, and far beyond every limit when not. */
const bombs = [
  gzipSync(Buffer.alloc(8 * 1024 * 1024)),
  gzipSync(`[${'{},'.repeat(349_000)}{}]`),
  gzipSync('['.repeat(200_000)),
]
const gzip = 'Content-Encoding: gzip'

function chunked(chance: Chance, body: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let from = 0; from < body.length; ) {
    const part = body.subarray(from, from + 1 + chance.below(body.length))
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'))
    from += part.length
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

type Change = (chance: Chance, whole: Transport) => Transport

const withHeaders =
  (...lines: readonly string[]): Change =>
  ({pick}, {content, request}) =>
    framed(request.line.split(' ')[1]!, content, content, [pick(lines)])

/** The same message, in a request whose body has another length than it says, or none. */
const broken =
  (change: (chance: Chance, request: Transport['request']) => Partial<Transport['request']>): Change =>
  (chance, whole) => ({...whole, isBroken: true, request: {...whole.request, ...change(chance, whole.request)}})

const pathOf = ({request}: Transport): string => request.line.split(' ')[1]!

const sound: readonly Change[] = [
  (_, whole) => framed(pathOf(whole), whole.content, gzipSync(whole.content), [gzip]),
  (_, whole) => framed(pathOf(whole), whole.content, gzipSync(whole.content), [gzip]),
  (_, whole) => framed(pathOf(whole), whole.content, whole.content, [gzip]),
  ({below}, whole) => framed(pathOf(whole), whole.content, gzipSync(whole.content).subarray(0, below(200)), [gzip]),
  ({random, pick}, whole) =>
    random() < 0.1
      ? framed(pathOf(whole), Buffer.from('[]'), pick(bombs), [gzip])
      : framed(pathOf(whole), whole.content),
  withHeaders(
    'Content-Encoding: br',
    'Content-Encoding: gzip, gzip',
    'Content-Encoding: identity',
    'Content-Encoding:',
  ),
  withHeaders(
    'Authorization: Bearer the-key',
    'Authorization: Bearer ',
    'Authorization: Basic eDp5',
    'Authorization: x',
  ),
  withHeaders(
    ...[Date.now() + 3_600_000, Date.now() - 90 * 86_400_000].map(ms => `Usage-Sent-At: ${new Date(ms).toISOString()}`),
    'Usage-Sent-At: 9999-12-31T23:59:59Z',
    'Usage-Sent-At: 0000-01-01T00:00:00Z',
    'Usage-Sent-At: yesterday',
  ),
  withHeaders('Expect: 100-continue', 'X-Forwarded-For: ::ffff:999.1.1.1, , x', 'Accept: */*', 'Connection: close'),
  withHeaders(`X-Long: ${'x'.repeat(7_000)}`, 'Origin: https://evil.example', 'Sec-Fetch-Site: cross-site'),
  (chance, {content, request}) => {
    const headers = [json, 'Transfer-Encoding: chunked']
    return {content, isBroken: false, isDryRun: false, request: {...request, headers, body: chunked(chance, content)}}
  },
  ({pick}, {content, request, ...rest}) => {
    const type = pick([
      'text/plain',
      'application/json; charset=utf-16',
      'application/jsonx',
      'multipart/form-data',
      '',
    ])
    const headers = [`Content-Type: ${type}`, `Content-Length: ${content.length}`]
    return {...rest, content, request: {...request, headers}}
  },
  (_, whole) => ({...framed(`${pathOf(whole)}?dryRun=1`, whole.content), isDryRun: pathOf(whole) === '/v1/reports'}),
  ({pick}, whole) =>
    framed(pick(['//', '/v1/report', '/v1/reports/../x', '/%zz', '/v1/projects/demo', '/healthz']), whole.content),
  ({pick}, whole) => {
    const line = `${pick(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])} ${pathOf(whole)} HTTP/1.1`
    return {...whole, request: {...whole.request, line}}
  },
]

const unsound: readonly Change[] = [
  broken(({below}, {body}) => ({body: body.subarray(0, below(Math.max(1, body.length)))})),
  broken(({below}, {body}) => ({headers: [json, `Content-Length: ${body.length + 1 + below(100_000_000)}`]})),
  broken(({below}, {body}) => ({headers: [json, `Content-Length: ${below(Math.max(1, body.length - 2))}`]})),
  broken(({pick}) => ({headers: [json, `Content-Length: ${pick(['-1', '0x10', '1e3', '', '99999999999999999999'])}`]})),
  broken((_, {body}) => ({headers: [json, `Content-Length: ${body.length}`, 'Transfer-Encoding: chunked']})),
  broken((_, {body}) => ({
    headers: [json, 'Transfer-Encoding: chunked'],
    body: Buffer.concat([Buffer.from('zz\r\n'), body]),
  })),
  broken(({pick}) => ({line: pick(['POST', 'GARBAGE / HTTP/9.9', '\u0000\u0001'])})),
  broken((_, {headers}) => ({headers: [...headers, `X-Long: ${'x'.repeat(40_000)}`]})),
]

/** Changes how a message is sent. */
export const mutateTransport = (chance: Chance, whole: Transport): Transport =>
  chance.pick(chance.random() < 0.15 ? unsound : sound)(chance, whole)
