import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {describe, it} from 'node:test'
import {
  type ConsentFacts,
  type ConsentReason,
  consentReasons,
  decideConsent,
  isOptOut,
} from '../../../src/reporter/consent/consent.ts'
import {makeProject} from '../../support/make-project.ts'
import {repositoryPath} from '../../support/repository.ts'

type Project = Parameters<typeof decideConsent>[0]

const yes: ConsentFacts = {
  environment: {},
  siteNo: null,
  userOptOut: null,
  projectOptOut: null,
  ci: null,
  hasYes: false,
  areSettingsReadable: true,
  lostFolders: [],
  isStateWritable: true,
  isNoticeGiven: true,
  isRecognisedCi: false,
}
const project: Project = makeProject()

interface Rule {
  readonly reason: Exclude<ConsentReason, 'allowed'>
  readonly decidedBy: string | null
  readonly facts?: Partial<ConsentFacts>
  readonly environment?: Record<string, string>
  readonly project?: Partial<Project>
}

/** Every rule that can say no, in the order in which they are asked. */
const rules: readonly Rule[] = [
  {reason: 'site-policy', decidedBy: '/etc/usage/off', facts: {siteNo: {decidedBy: '/etc/usage/off', text: 'No.'}}},
  {reason: 'do-not-track', decidedBy: 'DO_NOT_TRACK', environment: {DO_NOT_TRACK: '1'}},
  {reason: 'usage-tracking', decidedBy: 'USAGE_TRACKING', environment: {USAGE_TRACKING: 'off'}},
  {reason: 'project-variable', decidedBy: 'DEMO_TRACKING', environment: {DEMO_TRACKING: 'false'}},
  {reason: 'user-opt-out', decidedBy: '/home/optout', facts: {userOptOut: '/home/optout'}},
  {reason: 'project-opt-out', decidedBy: '/home/optout.d/demo', facts: {projectOptOut: '/home/optout.d/demo'}},
  {reason: 'ci', decidedBy: 'github_actions', facts: {ci: 'github_actions'}, project: {ci: 'off'}},
  {reason: 'not-opted-in', decidedBy: null, project: {consent: 'opt-in'}},
  {reason: 'settings-unreadable', decidedBy: null, facts: {areSettingsReadable: false}},
  {reason: 'state-not-writable', decidedBy: null, facts: {isStateWritable: false}},
  {reason: 'no-endpoint', decidedBy: null, project: {endpoint: {http: null, udp: null}}},
]

function decideWith(...applied: readonly Rule[]) {
  const facts = Object.assign({}, yes, ...applied.map(rule => rule.facts))
  const environment = Object.assign({}, ...applied.map(rule => rule.environment))
  return decideConsent(Object.assign({}, project, ...applied.map(rule => rule.project)), {...facts, environment})
}

describe('consent', () => {
  it('allows and sends when no rule says no', () => {
    const allowed = {
      allowed: true,
      reason: 'allowed',
      decidedBy: null,
      text: null,
      sending: true,
      needsNotice: false,
      heldBy: null,
    }
    assert.deepEqual(decideWith(), allowed)
  })

  for (const rule of rules) {
    it(`says no and names what decided: ${rule.reason}`, () => {
      const {allowed, reason, decidedBy, sending, heldBy} = decideWith(rule)
      const wanted = {allowed: false, reason: rule.reason, decidedBy: rule.decidedBy, sending: false, heldBy: null}
      assert.deepEqual({allowed, reason, decidedBy, sending, heldBy}, wanted)
    })
  }

  it('gives the earlier of any two rules as the reason', () => {
    for (const [index, earlier] of rules.entries())
      for (const later of rules.slice(index + 1)) {
        const {reason, decidedBy} = decideWith(later, earlier)
        assert.deepEqual({reason, decidedBy}, {reason: earlier.reason, decidedBy: earlier.decidedBy}, later.reason)
      }
  })

  it('gives the first as the reason when every rule says no', () => {
    assert.equal(decideWith(...rules).reason, 'site-policy')
  })

  it('passes on what the administrator wrote', () => {
    assert.equal(decideWith(rules[0]!).text, 'No.')
  })

  it('records but holds sending back while the notice is pending', () => {
    const {allowed, sending, heldBy} = decideWith({...rules[0]!, facts: {isNoticeGiven: false}})
    assert.deepEqual({allowed, sending, heldBy}, {allowed: true, sending: false, heldBy: 'notice-pending'})
  })

  it('says nothing of the notice after a no', () => {
    for (const rule of rules) {
      const {sending, heldBy} = decideWith(rule, {...rule, facts: {...rule.facts, isNoticeGiven: false}})
      assert.deepEqual({sending, heldBy}, {sending: false, heldBy: null}, rule.reason)
    }
  })
})

const saysNothing = ['', ' ', '0', 'false', 'FALSE', ' False ', '\t0\n']
const doNotTrack = ['1', 'true', 'yes', 'on', 'off', 'no', '2', '00', 'f', ' 1 ', 'ja']
const trackingOn = ['', ' ', 'true', 'TRUE', ' True ', '1', 'on', 'On', 'yes', ' YES\n']
const trackingOff = ['false', 'FALSE', ' False ', '0', 'off', 'OFF', 'no', 'n', 'never', '2', 'tru', 'disabled', '-']

describe('the variables of consent', () => {
  for (const value of saysNothing)
    it(`says nothing when DO_NOT_TRACK is ${JSON.stringify(value)}`, () => {
      assert.equal(decideWith({...rules[1]!, environment: {DO_NOT_TRACK: value}}).reason, 'allowed')
    })
  for (const value of doNotTrack)
    it(`says no when DO_NOT_TRACK is ${JSON.stringify(value)}`, () => {
      assert.equal(decideWith({...rules[1]!, environment: {DO_NOT_TRACK: value}}).reason, 'do-not-track')
    })
  for (const [variable, reason] of [
    ['USAGE_TRACKING', 'usage-tracking'],
    ['DEMO_TRACKING', 'project-variable'],
  ] as const) {
    for (const value of trackingOn)
      it(`says nothing when ${variable} is ${JSON.stringify(value)}`, () => {
        assert.equal(decideWith({...rules[2]!, environment: {[variable]: value}}).reason, 'allowed')
      })
    for (const value of trackingOff)
      it(`says no when ${variable} is ${JSON.stringify(value)}`, () => {
        assert.equal(decideWith({...rules[2]!, environment: {[variable]: value}}).reason, reason)
      })
  }

  it('asks no variable that the project does not name', () => {
    const {environmentVariable: _none, ...unnamed} = project
    assert.equal(decideConsent(unnamed, {...yes, environment: {DEMO_TRACKING: 'off'}}).reason, 'allowed')
  })
})

/** What a project file or an image can say in favour of being counted. */
const favours: readonly Partial<Rule>[] = [
  {project: {consent: 'opt-out'}},
  {project: {ci: 'label'}},
  {project: {consent: 'opt-in'}, facts: {hasYes: true}},
  {facts: {hasYes: true, isNoticeGiven: true}},
  {environment: {USAGE_TRACKING: 'on'}},
]

describe('a person', () => {
  it('cannot be overridden by a project file or an earlier yes', () => {
    for (const rule of rules.filter(({reason}) => isOptOut(reason)))
      for (const favour of favours) {
        const {reason} = decideWith({...rules[0]!, facts: {}, ...favour}, rule)
        assert.equal(reason, rule.reason)
      }
  })

  it('counts when opted in to a project that asks', () => {
    assert.equal(decideWith({...rules[7]!, facts: {hasYes: true}}).reason, 'allowed')
  })

  it('is counted in CI unless the project says otherwise', () => {
    assert.equal(decideWith({...rules[6]!, project: {ci: 'label'}}).reason, 'allowed')
    assert.equal(decideWith({...rules[6]!, facts: {ci: null}}).reason, 'allowed')
  })

  it('has said a no that stands only by a site, a variable or a file', () => {
    const standing = rules.map(({reason}) => reason).filter(isOptOut)
    assert.deepEqual(
      standing,
      rules.slice(0, 6).map(({reason}) => reason),
    )
    assert.equal(isOptOut('allowed'), false)
  })
})

describe('a client in another language', () => {
  const reasons: Readonly<Record<string, RegExp>> = {
    'client.sh': /(?:_u_refuse|_u_check_opt_out|_u_reason=(?!notice-pending)) ?([a-z][a-z-]+)/g,
    'client.py': /^ +(?:return |\()"([a-z-]+)", (?:None|_|ci|variable|site|"[A-Z_]+")/gm,
  }
  for (const [name, pattern] of Object.entries(reasons))
    it(`gives the reasons of the table, and no other: ${name}`, () => {
      const template = readFileSync(repositoryPath('src', 'embed', name), 'utf8')
      const given = new Set([...template.matchAll(pattern)].map(([, reason]) => reason))
      // These clients are made only for projects with an endpoint.
      const expected = consentReasons.filter(reason => reason !== 'no-endpoint')
      assert.deepEqual([...given].sort(), [...expected].sort())
    })
})
