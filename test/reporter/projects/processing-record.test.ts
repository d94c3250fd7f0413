import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {writeMarkdownExplanation} from '../../../src/cli/text/write-explanation.ts'
import {collectionVersion, parseProjectFile} from '../../../src/protocol/project/project-file.ts'
import {explainProject} from '../../../src/reporter/projects/explain.ts'
import {draftRecord} from '../../../src/reporter/projects/processing-record.ts'
import {readJsonFixture} from '../../support/fixtures.ts'
import {isolatedHome} from '../../support/isolated-home.ts'
import {makeProject} from '../../support/make-project.ts'
import {projectOnDisk} from '../../support/project-on-disk.ts'
import {runUsage} from '../../support/run-program.ts'

const parsed = parseProjectFile(readJsonFixture('projects/full.json'))
assert.ok(parsed.ok)
const full = parsed.value
const linesOf = (project: typeof full, title: RegExp): string =>
  draftRecord(project)
    .filter(section => title.test(section.title))
    .flatMap(({lines}) => lines)
    .join('\n')
const textOf = (project: typeof full): string => linesOf(project, /./)

describe('the record of processing', {concurrency: 2}, () => {
  it('has every point of Article 30(1), and says that it is a draft to check and fill in', () => {
    const titles = draftRecord(full).map(({title}) => title)
    for (const point of ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
      assert.equal(titles.filter(title => title.includes(`30(1)(${point})`)).length, 1, point)
    assert.match(textOf(full), /draft for the data protection officer to check\. It is not legal advice\./)
    assert.ok(textOf(full).includes(collectionVersion(full)))
    for (const title of [/\(a\)$/, /\(d\)/, /\(e\)/, /\(f\)/, /32\(1\)/, /Legal basis/, /^To decide$/])
      assert.match(linesOf(full, title), /\[[^\]]+\]/, String(title))
  })

  it('contains the purposes, the contact, the retention and each value in the words of usage explain', () => {
    for (const purpose of full.purpose) assert.ok(linesOf(full, /^Purposes/).includes(purpose))
    assert.ok(linesOf(full, /^Controller/).includes(full.contact))
    const told = explainProject(full)
    for (const [title, section] of [
      [/^What is (?:never )?sent$/, /^Data subjects/],
      [/^How long/, /^Time limits/],
    ] as const)
      for (const line of told.filter(one => title.test(one.title)).flatMap(({lines}) => lines))
        assert.ok(linesOf(full, section).includes(line), line)
  })

  it('names the legal basis of the consent rule', () => {
    const optIn = makeProject({consent: 'opt-in'})
    assert.match(
      draftRecord(optIn)
        .map(({title}) => title)
        .join('\n'),
      /consent, Articles 6\(1\)\(a\) and 7/,
    )
    assert.match(linesOf(optIn, /^Data subjects/), /and opted in/)
    assert.match(
      linesOf(full, /Article 6\(1\)\(f\)$/),
      /public authorities[\s\S]*working hours[\s\S]*result of weighing/,
    )
  })

  it('names what speaks against the processing by the settings of the project', () => {
    const against = (changes: Record<string, unknown>): string => linesOf(makeProject(changes), /^Legal basis/)
    assert.match(against({identity: {rotate: 'never'}}), /pseudonyms never change/)
    assert.doesNotMatch(against({}), /never change/)
    assert.match(against({features: {allowOther: true}}), /not declared are sent too/)
    assert.doesNotMatch(against({identity: {user: false, host: false, script: false}}), /working hours|machine id/)
  })

  it('says of datagrams, folders and http that they are not encrypted or not answered', () => {
    for (const endpoint of [{udp: 'usage.example.org:50077'}, {http: 'http://usage.example.org'}]) {
      const project = makeProject({endpoint})
      assert.match(linesOf(project, /32\(1\)/), /not encrypted/)
      assert.match(linesOf(project, /^Rights/), /access \(Article 15\): users write to/)
    }
    const folder = makeProject({endpoint: {file: 'file:///shared/inbox'}})
    assert.match(linesOf(folder, /^Recipients/), /the site of the user, which forwards/)
    assert.match(linesOf(full, /^Rights/), /usage (?:access|forget)|users write to/)
  })

  it('turns nothing that a project file says into Markdown or into what moves a terminal', () => {
    const hostile = '`\u001b[2J</b>[x](javascript:y)\u202e'
    const project = {...makeProject(), name: hostile, purpose: [hostile], contact: hostile, moreInfo: hostile}
    assert.doesNotMatch(textOf(project), /[\u001b\u202e]/)
    const markdown = writeMarkdownExplanation(draftRecord(project))
    assert.doesNotMatch(markdown, /[\u001b\u202e]|<\/b>|[^\\]\[x\]/)
    assert.equal(markdown.split('`').length % 2, 1)
  })

  it('is printed as text, JSON and Markdown', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, 'https://usage.example.org')
    const explain = async (...flags: string[]) =>
      (await runUsage(home, ['explain', '--record', '--project-file', path, ...flags])).stdout
    assert.match(await explain(), /^Record of processing activities: /)
    const {project, sections} = JSON.parse(await explain('--json'))
    assert.deepEqual([project, sections.length], ['demo', 11])
    const markdown = await explain('--markdown')
    assert.match(
      markdown,
      /^## Record of processing activities: [\s\S]*\n## Time limits for erasure: Article 30\(1\)\(f\)\n/,
    )
  })
})
