import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {describe, it, test} from 'node:test'
import {
  collectionVersion,
  destinationKey,
  displayName,
  isDeclaredFeature,
  type ProjectFile,
  parseProjectFile,
} from '../../../src/protocol/project/project-file.ts'
import {limits} from '../../../src/protocol/values/limits.ts'
import {formatProblem} from '../../../src/protocol/values/problem.ts'
import {fixturesIn, readJsonFixture} from '../../support/fixtures.ts'

function mustParse(input: unknown): ProjectFile {
  const parsed = parseProjectFile(input)
  if (!parsed.ok) assert.fail(parsed.problems.map(formatProblem).join('; '))
  return parsed.value
}
const problemsOf = (changes: object): string[] => {
  const parsed = parseProjectFile({...readJsonFixture('projects/full.json'), ...changes})
  return parsed.ok ? [] : parsed.problems.map(formatProblem)
}

for (const name of fixturesIn('projects')) {
  test(`reads ${name} and keeps all its values`, () => {
    const parsed = mustParse(readJsonFixture(name))
    assert.partialDeepStrictEqual(parsed, readJsonFixture(name))
    assert.deepEqual(mustParse(parsed), parsed)
  })
}

test('fills in the defaults of the smallest project file', () => {
  assert.deepEqual(mustParse(readJsonFixture('projects/minimal.json')), {
    project: 'sims',
    contact: 'sims@example.org',
    purpose: ['How many people use the simulations'],
    endpoint: {http: 'http://127.0.0.1:8080', udp: null},
    consent: 'opt-out',
    identity: {user: true, host: true, script: true, rotate: 'year'},
    fields: {},
    features: {types: ['Feature'], names: [], allowOther: false, details: {}},
    flush: {threshold: 50, intervalSeconds: 3600},
    ci: 'label',
    schedulers: {mpi: 'rank-0', arrays: 'all'},
    lostAfterHours: 48,
    retention: {features: '1y', runs: '5y'},
  })
})

test('shows the name of a project, or its id if it has no name', () => {
  assert.equal(displayName(mustParse(readJsonFixture('projects/full.json'))), 'Parsl')
  assert.equal(displayName(mustParse(readJsonFixture('projects/minimal.json'))), 'sims')
})

for (const name of [
  'PATH',
  'HOME',
  'USER',
  'SHELL',
  'LANG',
  'PWD',
  'CI',
  'LD_PRELOAD',
  'LC_ALL',
  'PYTHONPATH',
  'NODE_OPTIONS',
])
  test(`rejects the variable ${name}, which already has another meaning`, () =>
    assert.equal(problemsOf({environmentVariable: name}).length, 1))

for (const name of ['DEMO_TRACKING', 'PATHS_TRACKING', 'HOMER', 'USERS_OFF', 'CI_DEMO'])
  test(`accepts the variable ${name}`, () => assert.deepEqual(problemsOf({environmentVariable: name}), []))

for (const key of ['project', 'contact', 'purpose', 'endpoint'])
  test(`requires ${key}`, () => {
    const problems = problemsOf({[key]: undefined})
    assert.equal(problems.length, 1)
    assert.ok(problems[0] === `${key}: is required`, problems[0])
  })

const description = 'Which question it answers'
const cases: [title: string, within: object, beyond: object, wanted: RegExp][] = [
  [
    'length of an id',
    {project: `a${'b'.repeat(39)}`},
    {project: `a${'b'.repeat(40)}`},
    /^project: must be a project id/,
  ],
  ['first character of an id', {project: 'a-1'}, {project: '1-a'}, /^project: must be a project id/],
  ['folder in an id', {project: 'parsl'}, {project: '..'}, /^project: must be a project id/],
  [
    'purposes',
    {purpose: Array(32).fill('Why')},
    {purpose: Array(33).fill('Why')},
    /^purpose: must contain at most 32 sentences/,
  ],
  ['first purpose', {purpose: ['Why']}, {purpose: []}, /^purpose: must contain at least one sentence/],
  ['name', {name: 'x'.repeat(128)}, {name: 'x'.repeat(129)}, /^name: must have at most 128 characters/],
  [
    'scheme',
    {endpoint: {http: 'https://a.example/x'}},
    {endpoint: {http: 'ftp://a.example'}},
    /^endpoint.http: must be an http or https address/,
  ],
  [
    'password in an address',
    {endpoint: {http: 'https://a.example'}},
    {endpoint: {http: 'https://u:p@a.example'}},
    /^endpoint.http: must be .* without user/,
  ],
  [
    'query in an address',
    {endpoint: {http: 'https://a.example/'}},
    {endpoint: {http: 'https://a.example/?q=1'}},
    /^endpoint.http: must be .* without user, query/,
  ],
  ['port', {endpoint: {udp: '[::1]:50077'}}, {endpoint: {udp: 'a.example'}}, /^endpoint.udp: must be host:port/],
  ['destination', {endpoint: {udp: 'a.example:1'}}, {endpoint: {}}, /^endpoint: must contain http, udp or file/],
  [
    'folder',
    {endpoint: 'file:///shared/in%20box'},
    {endpoint: 'file://host/inbox'},
    /^endpoint: must be an address such as https:\/\/usage\.example\.org or http:\/\/127\.0\.0\.1:8080 \(also udp: and file:\), or an object with http, udp or file/,
  ],
  [
    'folder beside a collector',
    {endpoint: {http: 'https://a.example', file: 'file:///shared/inbox'}},
    {endpoint: {http: 'https://a.example', file: '/shared/inbox'}},
    /^endpoint.file: must be the address of a folder/,
  ],
  ['plain folder', {endpoint: 'file:///inbox'}, {endpoint: 'file:///a%00b'}, /^endpoint: must/],
  ['consent', {consent: 'opt-in'}, {consent: 'always'}, /^consent: must be opt-out or opt-in, got "always"/],
  [
    'variable',
    {environmentVariable: 'PARSL_TRACKING'},
    {environmentVariable: 'parsl tracking'},
    /^environmentVariable: must be a variable of this project only/,
  ],
  [
    'rotation',
    {identity: {rotate: 'never'}},
    {identity: {rotate: 'day'}},
    /^identity.rotate: must be year, month or never/,
  ],
  [
    'first day of a year',
    {identity: {yearBegins: '02-28'}},
    {identity: {yearBegins: '02-29'}},
    /^identity.yearBegins: must be a day of every year/,
  ],
  [
    'day of a milestone',
    {milestones: [{date: '2026-02-28', label: '2.0'}]},
    {milestones: [{date: '2026-02-30', label: '2.0'}]},
    /^milestones\[0\].date: must be a day that exists/,
  ],
  [
    'milestones',
    {milestones: Array(100).fill({date: '2026-02-28', label: '2.0'})},
    {milestones: Array(101).fill({date: '2026-02-28', label: '2.0'})},
    /^milestones: must contain at most 100 milestones/,
  ],
  ['first month', {identity: {yearBegins: '12-31'}}, {identity: {yearBegins: '13-01'}}, /^identity.yearBegins/],
  ['last day', {identity: {yearBegins: '04-30'}}, {identity: {yearBegins: '04-31'}}, /^identity.yearBegins/],
  [
    'name of a field',
    {fields: {a1: {type: 'boolean', description}}},
    {fields: {'1a': {type: 'boolean', description}}},
    /^fields.1a: must be a field name/,
  ],
  [
    'description of a field',
    {fields: {a: {type: 'boolean', description}}},
    {fields: {a: {type: 'boolean'}}},
    /^fields.a.description: is required/,
  ],
  [
    'free text',
    {fields: {a: {type: 'version', description}}},
    {fields: {a: {type: 'string', description}}},
    /^fields.a.type: must be a field of type/,
  ],
  [
    'pattern',
    {fields: {a: {type: 'pattern', pattern: '(a)', description}}},
    {fields: {a: {type: 'pattern', pattern: '(a', description}}},
    /^fields.a.pattern: must be a regular expression/,
  ],
  [
    'declared names',
    {features: {names: Array(limits.maxDeclaredFeatures).fill('x')}},
    {features: {names: Array(limits.maxDeclaredFeatures + 1).fill('x')}},
    /^features.names: must /,
  ],
  ['threshold', {flush: {threshold: 1}}, {flush: {threshold: 0}}, /^flush.threshold: must /],
  ['hours', {lostAfterHours: 24 * 366}, {lostAfterHours: 24 * 366 + 1}, /^lostAfterHours: must /],
  ['retention', {retention: {runs: '999y'}}, {retention: {runs: '1000y'}}, /^retention.runs: must be a time such as/],
  ['CI', {ci: 'off'}, {ci: 'on'}, /^ci: must be label or off/],
]
for (const [title, within, beyond, problem] of cases) {
  test(`enforces the limit of: ${title}`, () => {
    assert.deepEqual(problemsOf(within), [])
    assert.match(problemsOf(beyond).join('\n'), problem)
  })
}

test('allows declared features, and other ones only under allowOther and with a safe name', () => {
  const features = {types: ['Algorithm'], names: ['Rebin.v1', '/odd/but declared'], allowOther: false}
  const closed = mustParse({...readJsonFixture('projects/minimal.json'), features})
  const open = mustParse({...readJsonFixture('projects/minimal.json'), features: {...features, allowOther: true}})
  assert.ok(isDeclaredFeature(closed, 'Algorithm', 'Rebin.v1'))
  assert.ok(isDeclaredFeature(closed, 'Algorithm', '/odd/but declared'))
  assert.ok(!isDeclaredFeature(closed, 'Algorithm', 'Fit.v1'))
  assert.ok(!isDeclaredFeature(open, 'Feature', 'Rebin.v1'))
  for (const name of ['Fit.v1', 'Reflectometry->MainWindow', 'Réflectométrie (λ):+ _-', 'x'.repeat(128)])
    assert.ok(isDeclaredFeature(open, 'Algorithm', name), name)
  for (const name of ['', '/home/ada', 'C:\\x', '"', '<b>', 'a\nb', '=1', 'x'.repeat(129), '\u202eabc'])
    assert.ok(!isDeclaredFeature(open, 'Algorithm', name), name)
})

test('changes the collection version exactly when the collected data changes', () => {
  const base = readJsonFixture('projects/full.json')
  const versionOf = (changes: object) => collectionVersion(mustParse({...base, ...changes}))
  const version = versionOf({})
  const gpu = {type: 'boolean', description}
  const another = {type: 'version', description}
  assert.equal(versionOf({fields: {gpu, another}}), versionOf({fields: {another, gpu}}))
  assert.match(version, /^[0-9a-f]{8}$/)
  for (const same of [
    {name: 'Another name'},
    {contact: 'another@example.org'},
    {purpose: ['Another purpose']},
    {flush: {threshold: 1}},
    {lostAfterHours: 1},
    {$schema: 'x'},
    {identity: {rotate: 'year', script: true, host: true, user: true}},
    {identity: {yearBegins: '01-01'}},
    {endpoint: {udp: null, http: 'https://usage.example.org'}},
  ])
    assert.equal(versionOf(same), version, JSON.stringify(same))
  const others = [
    {fields: {}},
    {fields: {executors: {...base.fields.executors, max: 5}}},
    {features: {...base.features, allowOther: true}},
    {features: {...base.features, names: []}},
    {features: {...base.features, details: {a: {type: 'boolean', description}}}},
    {identity: {rotate: 'never'}},
    {identity: {user: false}},
    {identity: {yearBegins: '07-01'}},
    {identity: {yearBegins: '10-01'}},
    {endpoint: {http: 'https://other.example.org'}},
    {retention: {runs: '6y'}},
  ]
  assert.equal(new Set([{}, ...others].map(versionOf)).size, others.length + 1)
})

test('makes the key of a destination from its project and its endpoint', () => {
  const base = readJsonFixture('projects/full.json')
  const keyOf = (changes: object) => destinationKey(mustParse({...base, ...changes}))
  assert.equal(keyOf({fields: {}, name: 'x'}), keyOf({}))
  assert.equal(new Set([{}, {project: 'other'}, {endpoint: {http: 'https://b.example'}}].map(keyOf)).size, 3)
})

test('never throws for input from outside', () => {
  for (const input of [undefined, null, 7, 'x', [], {}, {project: {}}, {fields: []}, JSON.parse('{"__proto__":{}}')])
    assert.equal(parseProjectFile(input).ok, false)
  const deep = JSON.parse(`${'{"fields":'.repeat(100_000)}1${'}'.repeat(100_000)}`)
  assert.equal(parseProjectFile({...readJsonFixture('projects/full.json'), fields: deep}).ok, false)
})

describe('an endpoint', () => {
  const parse = (endpoint: unknown) => {
    const parsed = parseProjectFile({project: 'demo', contact: 'us', purpose: ['x'], endpoint})
    return parsed.ok ? parsed.value : null
  }
  const keysOf = (endpoint: unknown) => {
    const project = parse(endpoint)
    return project && [destinationKey(project), collectionVersion(project)]
  }

  it('may be one address', () => {
    assert.deepEqual(parse('https://a.example/x'), parse({http: 'https://a.example/x'}))
    assert.deepEqual(parse('udp://a.example:50077'), parse({udp: 'a.example:50077'}))
    assert.deepEqual(parse('file:///inbox'), parse({file: 'file:///inbox'}))
    for (const wrong of ['a.example', 'udp://a.example', 'ftp://a.example', 'https://a.example?q=1', ''])
      assert.equal(parse(wrong), null, wrong)
  })

  it('has one key in whatever way its address is written', () => {
    for (const [normal, others] of [
      ['https://a.example', ['https://a.example/', 'https://A.example', 'HTTPS://a.example:443//']],
      ['http://127.0.0.1:9/x', ['http://127.0.0.1:9/x/', 'http://127.0.0.1:9/y/../x']],
    ] as const)
      for (const other of others) assert.deepEqual(keysOf(other), keysOf({http: normal}), other)
    const {project, endpoint} = {project: 'demo', endpoint: {http: 'https://a.example', udp: null}}
    const key = createHash('sha256').update(`{"endpoint":${JSON.stringify(endpoint)},"project":"${project}"}`)
    assert.equal(keysOf('https://a.example/')?.[0], key.digest('hex').slice(0, 8))
  })
})
