import assert from 'node:assert/strict'
import {createHash, createHmac} from 'node:crypto'
import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {
  deriveUserKey,
  hostPseudonym,
  type PseudonymScope,
  rotationPeriod,
  scriptPseudonym,
  userPseudonym,
} from '../../../src/reporter/identity/pseudonyms.ts'
import {readSecret} from '../../../src/reporter/identity/secret.ts'
import {readMachineId, readMachineIdFile} from '../../../src/reporter/world/machine-id.ts'
import {makeWorld} from '../../support/make-world.ts'
import {moduleUrl, runTogether} from '../../support/run-module.ts'

const secret = 'ab'.repeat(32)
const scope: PseudonymScope = {project: 'demo', period: '2026', generation: 0}

describe('the secret', () => {
  it('is 256 random bits in a file for its person alone, made once', t => {
    const {stateDirectory, random} = makeWorld(t)
    const made = readSecret(stateDirectory, random)
    assert.match(made, /^[0-9a-f]{64}$/)
    assert.equal(
      readSecret(stateDirectory, () => assert.fail('asked for another one')),
      made,
    )
    assert.equal(statSync(join(stateDirectory, 'secret')).mode & 0o777, 0o600)
    assert.equal(statSync(stateDirectory).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(stateDirectory), ['secret'])
  })

  it('is the same for eight processes that make it at the same time', async t => {
    const {stateDirectory} = makeWorld(t)
    const outputs = await runTogether(
      8,
      `import {readSecret} from '${moduleUrl('reporter/identity/secret.ts')}'
       import {randomBytes} from 'node:crypto'`,
      `process.stdout.write(readSecret(${JSON.stringify(stateDirectory)}, randomBytes))`,
    )
    assert.deepEqual(new Set(outputs), new Set([readFileSync(join(stateDirectory, 'secret'), 'utf8').trim()]))
    assert.deepEqual(readdirSync(stateDirectory), ['secret'])
  })

  for (const content of ['', '\n', 'ab', 'ab'.repeat(31), `${'ab'.repeat(32)}c`, 'xy'.repeat(32), '\0'.repeat(64)])
    it(`is set aside when it is damaged, and made anew: ${JSON.stringify(content.slice(0, 8))} of ${content.length}`, t => {
      const {stateDirectory, random} = makeWorld(t)
      mkdirSync(stateDirectory)
      writeFileSync(join(stateDirectory, 'secret'), content)
      const made = readSecret(stateDirectory, random)
      assert.match(made, /^[0-9a-f]{64}$/)
      assert.equal(readSecret(stateDirectory, random), made)
      assert.equal(readFileSync(join(stateDirectory, 'secret.damaged'), 'utf8'), content)
    })

  it('is not made where the folder cannot be', t => {
    const {stateDirectory, random} = makeWorld(t)
    writeFileSync(stateDirectory, '')
    assert.throws(() => readSecret(stateDirectory, random))
  })
})

describe('pseudonyms', () => {
  it('are 128 bits of a hash of a key that is made from the secret', () => {
    const key = createHmac('sha256', Buffer.from(secret, 'hex')).update('demo|user|2026|0').digest()
    assert.deepEqual(Buffer.from(deriveUserKey(secret, scope)), key)
    assert.equal(userPseudonym(secret, scope), createHash('sha256').update(key).digest('hex').slice(0, 32))
  })

  it('cannot be joined across projects, periods, generations, people or kinds', () => {
    const scopes = [
      scope,
      {...scope, project: 'other'},
      {...scope, period: '2025'},
      {...scope, period: 'always'},
      {...scope, generation: 1},
    ]
    const all = scopes.flatMap(one => [
      userPseudonym(secret, one),
      scriptPseudonym(secret, '/a.sh', one),
      userPseudonym('cd'.repeat(32), one),
      scriptPseudonym('cd'.repeat(32), '/a.sh', one),
      scriptPseudonym(secret, '/b.sh', one),
    ])
    const hosts = scopes.slice(0, 4).map(one => hostPseudonym('machine', 'host-a', one))
    for (const id of [...all, ...hosts]) assert.match(id ?? '', /^[0-9a-f]{32}$/)
    assert.equal(new Set([...all, ...hosts]).size, all.length + hosts.length)
  })

  it('are the same for the same person, and one host for all its people', () => {
    assert.equal(userPseudonym(secret, scope), userPseudonym(secret, {...scope}))
    assert.equal(
      hostPseudonym('machine', 'host-a', scope),
      hostPseudonym('machine', 'host-a', {...scope, generation: 3}),
    )
  })

  it('tell two hosts with one machine id apart, and two machines with one name', () => {
    const ids = [
      ['m', 'host-a'],
      ['m', 'host-b'],
      ['n', 'host-a'],
    ].map(([id, name]) => hostPseudonym(id!, name!, scope))
    assert.equal(new Set(ids).size, 3)
  })

  it('are null where there is no machine id, no host name or no script', () => {
    assert.equal(hostPseudonym(null, 'host-a', scope), null)
    assert.equal(hostPseudonym('machine', null, scope), null)
    assert.equal(scriptPseudonym(secret, null, scope), null)
  })
})

describe('the period of a pseudonym', () => {
  for (const [rotate, time, period] of [
    ['year', '2025-12-31T23:59:59.999Z', '2025'],
    ['year', '2026-01-01T00:00:00.000Z', '2026'],
    ['month', '2026-02-28T23:59:59.999Z', '2026-02'],
    ['month', '2026-03-01T00:00:00.000Z', '2026-03'],
    ['never', '2026-03-01T00:00:00.000Z', 'always'],
  ] as const)
    it(`is ${period} for ${time} by ${rotate}`, () => {
      assert.equal(rotationPeriod(rotate, time), period)
    })
})

describe('the machine id', () => {
  it('is what the system says, or null, and never the name of the host', async () => {
    const paths = ['/var/lib/dbus/machine-id', '/etc/machine-id'].filter(path => existsSync(path))
    const known = paths.map(path => readFileSync(path, 'utf8').trim()).filter(id => id !== '')
    const id = await readMachineId()
    if (process.platform === 'linux') assert.equal(id, known[0] ?? null)
    assert.match(id ?? '0'.repeat(32), /^[0-9a-f-]{32,36}$/i)
  })

  it('is the same read from its file as by node-machine-id, which takes a process', async () => {
    if (process.platform === 'linux') assert.equal(readMachineIdFile(), await readMachineId())
    else assert.equal(readMachineIdFile(), null)
  })

  const [one, two] = ['1'.repeat(32), '2'.repeat(32)]
  for (const [what, dbus, etc, id] of [
    ['the first of two files', `${one}\n`, `${two}\n`, one],
    ['the second where the first is empty', '', `${two}\n`, two],
    ['the second where there is no first', null, `${two}\n`, two],
    ['a file without a newline at its end', null, two, two],
    ['no file that is empty', null, '', null],
    ['no file that says something else', 'uninitialized\n', `${two}\n`, null],
    ['nothing where there is no file', null, null, null],
  ] as const)
    it(`is that of ${what}`, t => {
      const {directory} = makeWorld(t)
      const paths = [join(directory, 'dbus'), join(directory, 'etc')]
      for (const [index, content] of [dbus, etc].entries()) if (content !== null) writeFileSync(paths[index]!, content)
      assert.equal(readMachineIdFile(paths), process.platform === 'linux' ? id : null)
    })
})
