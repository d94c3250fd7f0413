import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {agentsFor, hasProxies, proxyOf} from '../../../src/reporter/transports/proxy.ts'
import type {Environment} from '../../../src/reporter/world/environment.ts'

const plain = 'http://usage.example.org/v1/reports'
const secure = 'https://usage.example.org/v1/reports'

const proxies: readonly (readonly [url: string, environment: Environment, proxy: string | null])[] = [
  [plain, {}, null],
  [plain, {http_proxy: ''}, null],
  [plain, {http_proxy: '127.0.0.1:3128'}, 'http://127.0.0.1:3128/'],
  [plain, {http_proxy: 'proxy'}, 'http://proxy:1080/'],
  [plain, {http_proxy: 'http://proxy'}, 'http://proxy:1080/'],
  [plain, {http_proxy: 'http://proxy:80'}, 'http://proxy/'],
  [plain, {http_proxy: '  http://proxy:3128/  '}, 'http://proxy:3128/'],
  [plain, {http_proxy: 'user:secret@proxy:3128'}, 'http://user:secret@proxy:3128/'],
  [plain, {http_proxy: '[::1]:3128'}, 'http://[::1]:3128/'],
  [plain, {HTTP_PROXY: 'upper:1'}, 'http://upper:1/'],
  [plain, {HTTP_PROXY: 'upper:1', http_proxy: 'lower:1'}, 'http://lower:1/'],
  [plain, {https_proxy: 'proxy:1'}, null],
  [secure, {http_proxy: 'proxy:1'}, null],
  [secure, {HTTPS_PROXY: 'proxy:1'}, 'http://proxy:1/'],
  [secure, {https_proxy: 'https://proxy'}, 'https://proxy/'],
  [plain, {ALL_PROXY: 'all:1'}, 'http://all:1/'],
  [secure, {all_proxy: 'all:1', HTTPS_PROXY: 'proxy:1'}, 'http://proxy:1/'],
]

const excluded: readonly (readonly [list: string, host: string, isExcluded: boolean])[] = [
  ['*', 'usage.example.org', true],
  ['usage.example.org', 'usage.example.org', true],
  ['USAGE.example.ORG', 'usage.example.org', true],
  ['example.org', 'usage.example.org', true],
  ['.example.org', 'usage.example.org', true],
  ['.example.org', 'example.org', true],
  ['example.org.', 'usage.example.org', true],
  ['example.org', 'badexample.org', false],
  ['a,b example.org\tc', 'usage.example.org', true],
  [' , ,', 'usage.example.org', false],
  ['example.org:80', 'usage.example.org', true],
  ['example.org:8080', 'usage.example.org', false],
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.0.0.0/8', '11.1.2.3', false],
  ['10.1.2.3', '10.1.2.3', true],
  ['10.1.2.0/33', '10.1.2.3', false],
  ['10.1.2.0/x', '10.1.2.3', false],
  ['2.3', '10.1.2.3', false],
  ['fd00::/8', '[fd12::1]', true],
  ['::1', '[::1]', true],
  ['[::1]', '[::1]', true],
  ['[::1]:80', '[::1]', true],
  ['10.0.0.0/8', '[fd12::1]', false],
]

describe('the proxy for an address', () => {
  for (const [url, environment, proxy] of proxies)
    it(`is ${proxy} for ${new URL(url).protocol} with ${JSON.stringify(environment)}`, () => {
      assert.equal(proxyOf(new URL(url), environment), proxy)
    })

  for (const [list, host, isExcluded] of excluded)
    it(`is ${isExcluded ? 'none' : 'used'} for ${host} with NO_PROXY=${JSON.stringify(list)}`, () => {
      for (const name of ['no_proxy', 'NO_PROXY']) {
        const environment = {http_proxy: 'proxy:1', [name]: list}
        assert.equal(proxyOf(new URL(`http://${host}/`), environment), isExcluded ? null : 'http://proxy:1/')
      }
    })

  for (const value of [
    'socks5://user:secret@proxy:1',
    'ftp://proxy',
    'http://',
    'http://pro xy',
    ':3128',
    'proxy:99999',
  ])
    it(`is an error that names the variable and not its value: ${value}`, () => {
      const read = () => proxyOf(new URL(plain), {http_proxy: value})
      assert.throws(read, (error: Error) => /^http_proxy /.test(error.message) && !error.message.includes('secret'))
      assert.throws(() => agentsFor(plain, {http_proxy: value}))
    })

  it('is not read for a host that NO_PROXY excludes', () => {
    assert.equal(proxyOf(new URL(plain), {http_proxy: 'socks5://proxy', NO_PROXY: 'example.org'}), null)
  })
})

describe('Node.js', () => {
  for (const [version, has] of [
    ['22.13.0', false],
    ['22.21.0', true],
    ['23.11.0', false],
    ['24.4.1', false],
    ['24.5.0', true],
    ['26.0.0', true],
  ] as const)
    it(`${has ? 'has' : 'has no'} proxies of its own in ${version}`, () => assert.equal(hasProxies(version), has))
})
