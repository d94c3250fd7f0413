import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {policyKeys} from '../src/protocol/policy/policy-file.ts'
import {collectionVersion} from '../src/protocol/project/project-file.ts'
import {reviewCodes} from '../src/protocol/project/review-warning.ts'
import {askProjectConsent} from '../src/reporter/consent/consent-facts.ts'
import {readSitePolicy} from '../src/reporter/projects/site-policy.ts'
import {makeProject} from './support/make-project.ts'
import {makeWorld} from './support/make-world.ts'
import {needs} from './support/needs.ts'
import {repositoryPath} from './support/repository.ts'

const read = (name: string): string => readFileSync(repositoryPath(...name.split('/')), 'utf8')

/** What stands in backticks at the beginning of the rows of a page's tables. */
const rowsOf = (page: string): string[] => [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name ?? '')

type Properties = Readonly<Record<string, {$ref?: string; anyOf?: {$ref?: string}[]; properties?: Properties}>>

/** The paths of all values below some properties of a schema. */
function pathsBelow(properties: Properties, definitions: Properties, prefix = ''): string[] {
  return Object.entries(properties).flatMap(([key, one]) => {
    const reference = one.$ref ?? one.anyOf?.find(option => option.$ref !== undefined)?.$ref
    const inner = one.properties ?? definitions[reference?.split('/').at(-1) ?? '']?.properties
    return inner === undefined ? [`${prefix}${key}`] : pathsBelow(inner, definitions, `${prefix}${key}.`)
  })
}

describe('docs/what-is-sent.md', () => {
  it('has a row for every value of the wire, and no other', () => {
    const {properties, $defs} = JSON.parse(read('schemas/report.v1.json'))
    const {events: _events, ...envelope} = properties
    const events = {start: $defs.startEvent, end: $defs.endEvent, feature: $defs.featureEvent}
    const rows = rowsOf(read('docs/what-is-sent.md'))
    assert.deepEqual(rows.toSorted(), pathsBelow({...envelope, ...events}, $defs).sort())
    assert.equal(properties.events.items.oneOf.length, Object.keys(events).length)
  })

  it('names a question for each value', () => {
    for (const row of read('docs/what-is-sent.md').match(/^\| `.*$/gm) ?? [])
      assert.match(row, /^\| `[\w.]+` \| [^|]{4,} \| [A-Z][^|]*[?.] \|$/, row)
  })
})

describe('docs/privacy.md', () => {
  it('explains every warning of the check, and no other', () =>
    assert.deepEqual(rowsOf(read('docs/privacy.md')).sort(), [...reviewCodes].sort()))

  it('never promises that somebody is anonymous', () => {
    for (const page of ['docs/privacy.md', 'docs/what-is-sent.md', 'README.md'])
      for (const [, before] of read(page).matchAll(/([^\n]*)\banonym/gi)) assert.match(before ?? '', /not $/i, page)
  })
})

const page = read('docs/site-policy.md')
const blocksOf = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text ?? '')
const only = (blocks: readonly string[], index: number): string =>
  blocks[index] ?? assert.fail('there is no such block')

describe('docs/site-policy.md', () => {
  it('has shell snippets without what shellcheck finds', needs('shellcheck'), () => {
    for (const text of blocksOf('sh'))
      execFileSync('shellcheck', ['--shell=sh', '-'], {input: text, stdio: ['pipe', 'inherit', 'inherit']})
  })

  it('has files that opt out every project or one, with their text', t => {
    const files = [...page.matchAll(/^\| `\/etc\/usage\/(off[^`]*)` \|/gm)].map(([, file = '']) =>
      file.replace('ID', 'parsl'),
    )
    const reasons = files.map(file => {
      const world = makeWorld(t)
      mkdirSync(join(world.siteDirectory, 'off.d'), {recursive: true})
      writeFileSync(join(world.siteDirectory, file), 'Ask help@hpc.example.org')
      const [one, other] = ['parsl', 'other'].map(project => askProjectConsent(world, makeProject({project})))
      return [one?.reason, one?.text, other?.reason]
    })
    const text = 'Ask help@hpc.example.org'
    assert.deepEqual(reasons, [
      ['site-policy', text, 'site-policy'],
      ['site-policy', text, 'allowed'],
    ])
  })

  it('has a policy that the program reads as the page says', t => {
    const {siteDirectory} = makeWorld(t)
    const text = only(blocksOf('json'), 0)
    mkdirSync(siteDirectory)
    writeFileSync(join(siteDirectory, 'policy.json'), text)
    assert.deepEqual(Object.keys(JSON.parse(text)), rowsOf(page.slice(page.indexOf('## Write a policy file'))))
    for (const project of ['parsl', 'mantid', 'other'])
      assert.deepEqual(readSitePolicy(siteDirectory, project).no, {
        decidedBy: join(siteDirectory, 'policy.json'),
        text: 'help@hpc.example.org, https://hpc.example.org/policy',
      })
    const route = {
      endpoint: {http: 'https://usage.hpc.example.org', udp: null, file: 'file:///shared/usage-inbox'},
      writeKey: 'key-of-our-collector',
      decidedBy: join(siteDirectory, 'policy.json'),
    }
    assert.deepEqual(readSitePolicy(siteDirectory, 'heatflow'), {no: null, isNoticeGiven: true, route})
    assert.deepEqual(
      policyKeys.filter(key => key !== '$schema').sort(),
      rowsOf(page.slice(page.indexOf('## Write a policy file'))).sort(),
    )
  })

  it('has variables in its modules and images that say no, and a yes that opens sending for its version alone', t => {
    const world = makeWorld(t)
    const project = makeProject({project: 'parsl', environmentVariable: 'PARSL_TRACKING'})
    const modules = [...blocksOf('tcl'), ...blocksOf('lua')].join('\n')
    const fromModules = [...modules.matchAll(/setenv[ (]"?(\w+)"?,? "?(\w+)"?/g)].map(([, name, value]) => [
      name,
      value,
    ])
    const fromImages = [
      ...blocksOf('dockerfile')
        .join('\n')
        .matchAll(/^ENV (\w+)=(\S+)$/gm),
    ].map(([, name, value]) => [name, value])
    const fromRuns = [...only(blocksOf('sh'), 0).matchAll(/--env (\w+)=(\S+)/g)].map(([, name, value]) => [name, value])
    const said = [...fromModules, ...fromImages, ...fromRuns] as [string, string][]
    const reasons = said.map(([name, value]) => {
      world.environment = {[name]: value}
      return askProjectConsent(world, project).reason
    })
    const modulesSay = ['usage-tracking', 'usage-tracking', 'project-variable']
    assert.deepEqual(reasons, [...modulesSay, 'usage-tracking', 'allowed', 'do-not-track'])
    const yes = said.find(([name]) => name === 'USAGE_CONSENT')?.[1] ?? ''
    const sendsWith = (consent: string) => {
      world.environment = {USAGE_CONSENT: consent}
      return askProjectConsent(world, project).sending
    }
    assert.deepEqual([sendsWith(yes), sendsWith(yes.replace('1a2b3c4d', collectionVersion(project)))], [false, true])
  })
})
