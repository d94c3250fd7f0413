import assert from 'node:assert/strict'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import type {IncomingMessage, ServerResponse} from 'node:http'
import {createServer} from 'node:https'
import type {AddressInfo, LookupFunction} from 'node:net'
import {after, before, describe, it} from 'node:test'
import {getCACertificates, setDefaultCACertificates} from 'node:tls'
import {type FetchRules, fetchProjectText} from '../../../src/reporter/projects/fetch-project.ts'
import {makeAuthority} from '../../support/authority.ts'
import {isolatedHome} from '../../support/isolated-home.ts'
import {hasTool, needs} from '../../support/needs.ts'
import {runUsage} from '../../support/run-program.ts'

const usual = getCACertificates('default')
const ends: (() => void)[] = []
const server = {
  port: 0,
  asked: [] as string[],
  connections: 0,
  respond: (_: IncomingMessage, answer: ServerResponse) => {
    answer.end('{}')
  },
}
const refused = {code: 'USAGE_PROJECT_URL_REFUSED'}
const unreadable = {code: 'USAGE_PROJECT_FILE_UNREADABLE'}

/** A name server of the test's: every name has these addresses, in turn. */
function namesAre(...answers: string[][]): {lookup: LookupFunction; asked: string[]} {
  const asked: string[] = []
  const lookup: LookupFunction = (hostname, _options, callback) => {
    const addresses = answers[Math.min(asked.push(hostname), answers.length) - 1] ?? []
    callback(
      null,
      addresses.map(address => ({address, family: address.includes(':') ? 6 : 4})),
    )
  }
  return {lookup, asked}
}
const open: FetchRules = {environment: {}, isAllowedAddress: () => true}
const at = (host: string, path = '/p.json'): string => `https://${host}:${server.port}${path}`

before(async () => {
  if (!hasTool('openssl')) return
  const {ca, key, cert} = makeAuthority({after: end => ends.push(end as () => void)})
  setDefaultCACertificates([...usual, readFileSync(ca, 'utf8')])
  const https = createServer({key, cert}, (request, response) => {
    server.asked.push(`${request.headers.host} ${request.url}`)
    server.respond(request, response)
  }).listen(0, '127.0.0.1')
  https.on('connection', () => server.connections++)
  await once(https, 'listening')
  server.port = (https.address() as AddressInfo).port
  ends.push(() => {
    https.closeAllConnections()
    https.close()
  })
})
after(() => {
  setDefaultCACertificates(usual)
  for (const end of ends) end()
})

/** The server's answer for one test, and what it was asked until the test ends. */
async function withAnswer(respond: typeof server.respond, work: () => Promise<void>): Promise<void> {
  Object.assign(server, {respond, asked: [], connections: 0})
  await work()
}
const redirectTo =
  (location: string): typeof server.respond =>
  (_request, answer) =>
    answer.writeHead(302, {location}).end()

describe('fetching a project file', () => {
  it('gives the text of an https address, and looks its name up once', needs('openssl'), () =>
    withAnswer(
      (_request, answer) => answer.end('{"project":"demo"}'),
      async () => {
        const {lookup, asked} = namesAre(['127.0.0.1'])
        assert.equal(await fetchProjectText(at('a.example.test'), {...open, lookup}), '{"project":"demo"}')
        assert.deepEqual([asked, server.asked], [['a.example.test'], [`a.example.test:${server.port} /p.json`]])
      },
    ),
  )

  for (const address of [
    'http://usage.example.org/p',
    'file:///etc/passwd',
    'ftp://a/b',
    'https://u:p@a.example/',
    'https://',
  ])
    it(`refuses ${address}`, () => assert.rejects(fetchProjectText(address, {environment: {}}), refused))

  for (const address of ['https://ada:S3CRET@a.example/', 'https://ada:S3CRET/x@a.example/', 'ftp://S3CRET@a.example/'])
    it(`does not repeat the password of ${address}`, () =>
      assert.rejects(fetchProjectText(address, {environment: {}}), ({message}: Error) => {
        assert.match(message, /\/\/…@a\.example/)
        return !message.includes('S3CRET')
      }))

  for (const host of [
    '127.0.0.1',
    'localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::]',
  ])
    it(`connects to nothing at ${host}`, needs('openssl'), () =>
      withAnswer(
        (_request, answer) => answer.end('{}'),
        async () => {
          await assert.rejects(fetchProjectText(at(host), {environment: {}}), refused)
          assert.equal(server.connections, 0)
        },
      ),
    )

  for (const addresses of [
    ['127.0.0.1'],
    ['10.0.0.1'],
    ['1.1.1.1', '127.0.0.1'],
    ['::ffff:10.0.0.1'],
    ['169.254.169.254'],
    [],
  ])
    it(`connects to nothing when a name has the addresses ${addresses.join(', ') || 'none'}`, needs('openssl'), () =>
      withAnswer(
        (_request, answer) => answer.end('{}'),
        async () => {
          const {lookup} = namesAre(addresses)
          await assert.rejects(fetchProjectText(at('a.example.test'), {environment: {}, lookup}), refused)
          assert.equal(server.connections, 0)
        },
      ),
    )

  it(
    'checks the name anew for every connection: one that turns inwards at a redirect is refused',
    needs('openssl'),
    () =>
      withAnswer(redirectTo('/again'), async () => {
        const {lookup, asked} = namesAre(['127.0.0.1'], ['10.0.0.1'])
        const rules = {environment: {}, lookup, isAllowedAddress: (address: string) => address === '127.0.0.1'}
        await assert.rejects(fetchProjectText(at('a.example.test'), rules), refused)
        assert.deepEqual([asked.length, server.asked.length], [2, 1])
      }),
  )

  it('follows redirects within https, three at most', needs('openssl'), () =>
    withAnswer(
      ({url}, answer) =>
        url === '/3' ? answer.end('x') : answer.writeHead(302, {location: `/${Number(url?.slice(1)) + 1}`}).end(),
      async () => {
        assert.equal(await fetchProjectText(at('127.0.0.1', '/0'), open), 'x')
        await assert.rejects(fetchProjectText(at('127.0.0.1', '/-1'), open), unreadable)
      },
    ),
  )

  for (const location of [
    'http://127.0.0.1/',
    'https://[::ffff:10.0.0.1]/',
    'https://10.0.0.1/',
    'file:///etc/passwd',
    'https://u@127.0.0.1/',
  ])
    it(`follows no redirect to ${location}`, needs('openssl'), () =>
      withAnswer(redirectTo(location), async () => {
        const rules = {environment: {}, isAllowedAddress: (address: string) => address === '127.0.0.1'}
        await assert.rejects(fetchProjectText(at('127.0.0.1'), rules), refused)
        assert.equal(server.asked.length, 1)
      }),
    )

  it('takes a mebibyte and no byte more', needs('openssl'), () =>
    withAnswer(
      ({url}, answer) => answer.end('x'.repeat(Number(url?.slice(1)))),
      async () => {
        assert.equal((await fetchProjectText(at('127.0.0.1', '/1048576'), open)).length, 1_048_576)
        await assert.rejects(fetchProjectText(at('127.0.0.1', '/1048577'), open), unreadable)
      },
    ),
  )

  it('stops reading what does not end', needs('openssl'), () =>
    withAnswer(
      (_request, answer) => {
        const write = (): void => void (answer.destroyed || answer.write('x'.repeat(65_536), write))
        write()
      },
      () => assert.rejects(fetchProjectText(at('127.0.0.1'), open), /more than 1048576 bytes/),
    ),
  )

  it('waits no longer than its time', needs('openssl'), () =>
    withAnswer(
      () => {},
      () => assert.rejects(fetchProjectText(at('127.0.0.1'), {...open, timeoutSeconds: 0.3}), /took too long/),
    ),
  )

  it('names the status of an answer that is no file', needs('openssl'), () =>
    withAnswer(
      (_request, answer) => answer.writeHead(404).end(),
      () => assert.rejects(fetchProjectText(at('127.0.0.1'), open), /answered 404/),
    ),
  )

  it('goes by no proxy and around none', needs('openssl'), () =>
    withAnswer(
      (_request, answer) => answer.end('{}'),
      async () => {
        const environment = {https_proxy: 'http://127.0.0.1:9'}
        await assert.rejects(fetchProjectText(at('127.0.0.1'), {...open, environment}), refused)
        assert.equal(server.connections, 0)
      },
    ),
  )

  it('is refused by the command as well, with what to do', needs('openssl'), async t => {
    const {code, stderr} = await runUsage(isolatedHome(t), ['project', 'add', at('127.0.0.1')])
    assert.deepEqual(
      [code, /USAGE_PROJECT_URL_REFUSED: must be a public address.*\n.*usage project add FILE/.test(stderr)],
      [2, true],
    )
  })
})
