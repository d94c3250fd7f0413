import {execFileSync} from 'node:child_process'
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {ConsentReason} from '../../src/reporter/consent/consent.ts'
import {projectOptOutPath, userOptOutPath} from '../../src/reporter/world/directories.ts'

/** Everything that the consent rules read. A situation changes it. The project is `demo`. */
export interface ConsentPlace {
  readonly siteDirectory: string
  readonly configDirectory: string
  readonly stateDirectory: string
  readonly variables: Record<string, string>
  /** Entries of the project file. */
  readonly entries: Record<string, unknown>
}

/** A situation in which a consent rule decides, or in which something is similar to a rule but has no effect. */
export interface Situation {
  readonly what: string
  readonly reason: ConsentReason
  readonly arrange: (place: ConsentPlace) => void
  readonly decidedBy: (place: ConsentPlace) => string | null
}

/** The administrator's folder as programs see it. */
export const siteDirectory = '/etc/usage'

function writeFile(content: string, ...path: string[]) {
  mkdirSync(dirname(join(...path)), {recursive: true})
  writeFileSync(join(...path), content)
}

function makeFifo(...path: string[]) {
  mkdirSync(dirname(join(...path)), {recursive: true})
  execFileSync('mkfifo', [join(...path)])
}

function link(target: string, path: string) {
  mkdirSync(dirname(path), {recursive: true})
  symlinkSync(target, path)
}

const nobody = () => null
const set = (name: string, value: string) => ({
  arrange: ({variables}: ConsentPlace) => Object.assign(variables, {[name]: value}),
  decidedBy: () => name,
})
const siteFile = (name: string, content = '') => ({
  arrange: (place: ConsentPlace) => writeFile(content, place.siteDirectory, name),
  decidedBy: (place: ConsentPlace) => join(place.siteDirectory, name),
})
const userOptOut = ({configDirectory}: ConsentPlace) => userOptOutPath(configDirectory)
const projectOptOut = ({configDirectory}: ConsentPlace) => projectOptOutPath(configDirectory, 'demo')

/**
 * One situation for each rule that can forbid recording, in the order of the rules. The last rule, `no-endpoint`, is
 * missing: a project file without an endpoint is invalid.
 */
export const rules: readonly Situation[] = [
  {what: 'the site’s file off', reason: 'site-policy', ...siteFile('off', 'Ask us.')},
  {what: 'DO_NOT_TRACK', reason: 'do-not-track', ...set('DO_NOT_TRACK', '1')},
  {what: 'USAGE_TRACKING', reason: 'usage-tracking', ...set('USAGE_TRACKING', 'off')},
  {what: 'the project’s variable', reason: 'project-variable', ...set('DEMO_TRACKING', 'false')},
  {what: 'optout', reason: 'user-opt-out', arrange: place => writeFile('', userOptOut(place)), decidedBy: userOptOut},
  {
    what: 'optout.d/<project>',
    reason: 'project-opt-out',
    arrange: place => writeFile('', projectOptOut(place)),
    decidedBy: projectOptOut,
  },
  {
    what: 'CI in a project with ci off',
    reason: 'ci',
    arrange: ({variables, entries}) => {
      Object.assign(variables, {GITLAB_CI: 'true', CI: 'true'})
      entries['ci'] = 'off'
    },
    decidedBy: () => 'gitlab',
  },
  {
    what: 'an opt-in project without an opt-in',
    reason: 'not-opted-in',
    arrange: ({entries}) => Object.assign(entries, {consent: 'opt-in'}),
    decidedBy: nobody,
  },
  {
    what: 'damaged settings',
    reason: 'settings-unreadable',
    arrange: place => writeFile('{', place.configDirectory, 'settings.json'),
    decidedBy: nobody,
  },
  {
    what: 'a state folder that is a file',
    reason: 'state-not-writable',
    arrange: place => writeFile('', place.stateDirectory),
    decidedBy: nobody,
  },
]

/** Other situations in which the rules forbid recording. */
export const otherOptOuts: readonly Situation[] = [
  {what: 'the site’s off.d/<project>', reason: 'site-policy', ...siteFile(join('off.d', 'demo'))},
  {what: 'a site policy', reason: 'site-policy', ...siteFile('policy.json', '{"tracking": "off"}')},
  {what: 'a site policy for it', reason: 'site-policy', ...siteFile('policy.json', '{"projects": {"demo": "off"}}')},
  {what: 'a site policy with an unknown key', reason: 'site-policy', ...siteFile('policy.json', '{"traking": "off"}')},
  {what: 'a damaged site policy', reason: 'site-policy', ...siteFile('policy.json', '{')},
  {what: 'DO_NOT_TRACK in words', reason: 'do-not-track', ...set('DO_NOT_TRACK', ' Yes ')},
  {what: 'an invalid value of a variable', reason: 'project-variable', ...set('DEMO_TRACKING', 'tru')},
  {
    what: 'an opt-out that is a folder',
    reason: 'user-opt-out',
    arrange: place => mkdirSync(userOptOut(place), {recursive: true}),
    decidedBy: userOptOut,
  },
  {
    what: 'an opt-out that is a dangling link',
    reason: 'user-opt-out',
    arrange: place => link('/nonexistent', userOptOut(place)),
    decidedBy: userOptOut,
  },
  {
    what: 'an opt-in that cannot be read',
    reason: 'settings-unreadable',
    arrange: place => writeFile('{', place.configDirectory, 'optin.d', 'demo.json'),
    decidedBy: nobody,
  },
  {
    what: 'an opt-in that is cut off',
    reason: 'settings-unreadable',
    arrange: place => writeFile('{"yesAt": "2026-01-01T00:00:00.000Z",', place.configDirectory, 'optin.d', 'demo.json'),
    decidedBy: nobody,
  },
  ...(['settings.json', join('optin.d', 'demo.json')] as const).flatMap((name): Situation[] => {
    const what = name === 'settings.json' ? 'settings that' : 'a yes that'
    const unread = {reason: 'settings-unreadable', decidedBy: nobody} as const
    return [
      {...unread, what: `${what} are a FIFO`, arrange: place => makeFifo(place.configDirectory, name)},
      {...unread, what: `${what} are a device`, arrange: place => link('/dev/zero', join(place.configDirectory, name))},
    ]
  }),
  ...['off', 'policy.json', join('off.d', 'demo')].map(
    (name): Situation => ({
      what: `a site policy ${name} that is a FIFO`,
      reason: 'site-policy',
      arrange: place => makeFifo(place.siteDirectory, name),
      decidedBy: place => join(place.siteDirectory, name),
    }),
  ),
  {
    what: 'a site policy that is a device',
    reason: 'site-policy',
    arrange: place => link('/dev/zero', join(place.siteDirectory, 'policy.json')),
    decidedBy: place => join(place.siteDirectory, 'policy.json'),
  },
  {
    what: 'settings that are a folder',
    reason: 'settings-unreadable',
    arrange: place => mkdirSync(join(place.configDirectory, 'settings.json'), {recursive: true}),
    decidedBy: nobody,
  },
  {
    what: 'a file instead of the folder optout.d',
    reason: 'settings-unreadable',
    arrange: place => writeFile('', place.configDirectory, 'optout.d'),
    decidedBy: nobody,
  },
  {
    what: 'a settings folder that is a file',
    reason: 'settings-unreadable',
    arrange: place => writeFile('', place.configDirectory),
    decidedBy: nobody,
  },
  {
    what: 'a settings folder that is a dangling link',
    reason: 'settings-unreadable',
    arrange: place => link('/nonexistent/settings', place.configDirectory),
    decidedBy: nobody,
  },
  {
    what: 'a settings folder that is a link to itself',
    reason: 'settings-unreadable',
    arrange: place => link(place.configDirectory, place.configDirectory),
    decidedBy: nobody,
  },
  {
    what: 'a state folder that is a link to itself',
    reason: 'state-not-writable',
    arrange: place => link(place.stateDirectory, place.stateDirectory),
    decidedBy: nobody,
  },
]

const elsewhere = (what: string, changes: Record<string, string>, decidedBy: string, reason?: ConsentReason) => ({
  what,
  reason: reason ?? ('settings-unreadable' as const),
  arrange: ({variables}: ConsentPlace) =>
    Object.assign(variables, {XDG_CONFIG_HOME: '', XDG_STATE_HOME: '', ...changes}),
  decidedBy: () => decidedBy,
})

/** Variables that name no folder, for programs: what they find in the working directory holds nowhere else. */
export const lostFolders: readonly Situation[] = [
  elsewhere('an empty HOME', {HOME: ''}, 'HOME'),
  elsewhere('HOME=~', {HOME: '~'}, 'HOME'),
  elsewhere('a HOME that is no UTF-8, as programs see it', {HOME: '/home/\ufffd'}, 'HOME'),
  elsewhere('such an XDG_CONFIG_HOME', {XDG_CONFIG_HOME: '/home/\ufffd', XDG_STATE_HOME: '/tmp/s'}, 'XDG_CONFIG_HOME'),
  elsewhere('a relative HOME', {HOME: 'home', XDG_CONFIG_HOME: '.config', XDG_STATE_HOME: 'state'}, 'HOME'),
  elsewhere('a relative USAGE_CONFIG_DIR', {USAGE_CONFIG_DIR: 'settings'}, 'USAGE_CONFIG_DIR'),
  elsewhere('a relative USAGE_STATE_DIR', {USAGE_STATE_DIR: './state'}, 'USAGE_STATE_DIR', 'state-not-writable'),
  elsewhere('USAGE_STATE_DIR=~/state', {USAGE_STATE_DIR: '~/state'}, 'USAGE_STATE_DIR', 'state-not-writable'),
]

const variable = (name: string, value: string): Situation => ({
  what: `${name}=${JSON.stringify(value)}`,
  reason: 'allowed',
  arrange: set(name, value).arrange,
  decidedBy: nobody,
})
const words = ['', ' ', 'true', ' TRUE', '1', 'On', 'yes\n']

/** Situations in which recording is allowed. */
export const allowedSituations: readonly Situation[] = [
  {what: 'no setting', reason: 'allowed', arrange: () => {}, decidedBy: nobody},
  {
    what: 'an endpoint with udp only',
    reason: 'allowed',
    arrange: ({entries}) => Object.assign(entries, {endpoint: {udp: '127.0.0.1:9'}}),
    decidedBy: nobody,
  },
  ...['', ' ', '0', 'False', '\t0'].map(value => variable('DO_NOT_TRACK', value)),
  ...['USAGE_TRACKING', 'DEMO_TRACKING'].flatMap(name => words.map(value => variable(name, value))),
  variable('OTHER_TRACKING', 'off'),
  variable('GITLAB_CI', 'true'),
  {
    what: 'ranks that other launchers left behind',
    reason: 'allowed',
    arrange: ({variables}) =>
      Object.assign(variables, {OMPI_COMM_WORLD_RANK: '3', PMI_RANK: '7', SLURM_JOB_ID: '12', SLURM_PROCID: '0'}),
    decidedBy: nobody,
  },
  {
    what: 'an opt-out of another project',
    reason: 'allowed',
    arrange: place => writeFile('', projectOptOutPath(place.configDirectory, 'other')),
    decidedBy: nobody,
  },
  {
    what: 'a site policy that says on',
    reason: 'allowed',
    arrange: siteFile('policy.json', '{"tracking": "on", "projects": {"other": "off", "third": {"tracking": "off"}}}')
      .arrange,
    decidedBy: nobody,
  },
  {
    what: 'a site policy that allows it',
    reason: 'allowed',
    arrange: siteFile(
      'policy.json',
      '{"allow": ["other", "demo"], "contact": "us", "policyUrl": "https://a.example", "projects": {"demo": {}}}',
    ).arrange,
    decidedBy: nobody,
  },
]

/** All pairs of situations at the same time. The first rule is the reason. The second one is arranged first. */
export function pairsOf(situations: readonly Situation[]): Situation[] {
  return situations.flatMap((first, index) =>
    situations.slice(index + 1).map(second => ({
      ...first,
      what: `${first.what} and ${second.what}`,
      arrange: (place: ConsentPlace) => {
        second.arrange(place)
        first.arrange(place)
      },
    })),
  )
}
