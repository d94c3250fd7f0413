import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {writeMarkdownExplanation} from '../../../src/cli/text/write-explanation.ts'
import {parseProjectFile} from '../../../src/protocol/project/project-file.ts'
import {explainProject} from '../../../src/reporter/projects/explain.ts'
import {readJsonFixture} from '../../support/fixtures.ts'
import {isolatedHome} from '../../support/isolated-home.ts'
import {makeProject} from '../../support/make-project.ts'
import {projectOnDisk} from '../../support/project-on-disk.ts'
import {runUsage} from '../../support/run-program.ts'

const parsed = parseProjectFile(readJsonFixture('projects/full.json'))
assert.ok(parsed.ok)
const full = parsed.value
const textOf = (sections: ReturnType<typeof explainProject>): string =>
  sections.flatMap(({title, lines}) => [title, ...lines]).join('\n')

/** What a page about usage statistics has to answer: the title of the answer, and what has to be in it. */
const questions: readonly [title: RegExp, ...words: RegExp[]][] = [
  [/^Why /, /How many people use Parsl/, /Average job length/, /Parsl exit codes/, /readthedocs/],
  [
    /^Opt-out$/,
    /unless they opt out/,
    /`usage optout parsl`/,
    /`PARSL_TRACKING=false`/,
    /DO_NOT_TRACK/,
    /off\.d\/parsl/,
  ],
  [
    /^What is sent$/,
    /pseudonym of the user/,
    /pseudonym of the computer/,
    /of the script/,
    /every year/,
    /executors: Count of executors used \(an integer from 0 to 100000\)/,
    /exit code/,
    /LoadParameterFile\.v1/,
    /No other features/,
  ],
  [/^How it is sent$/, /background/, /may be lost/, /buffer/, /https:\/\/usage\.example\.org, encrypted/],
  [
    /^When it is sent$/,
    /starts and ends/,
    /when 50 are waiting, after 60 minutes/,
    /at least a minute.*USAGE_CONSENT.*your site.*CI system/,
  ],
  [/^What it is used for$/, /how many people/, /rises or falls/, /succeed/, /most common/],
  [/^How long it is kept$/, /Runs are kept for 5 years, single feature uses for 1 year\..* totals/],
  [/^See and erase/, /usage status/, /usage preview/, /usage log/, /usage access/, /usage forget/],
  [/^Feedback$/, /parsl@googlegroups\.com/, /specific/, /link/],
]

describe('the explanation of a project', {concurrency: 2}, () => {
  for (const [title, ...words] of questions)
    it(`answers ${title.source}`, () => {
      const section = explainProject(full).find(one => title.test(one.title))
      for (const word of words) assert.match(section?.lines.join('\n') ?? '', word)
    })

  it('says of an opt-in project why and how to say yes, and of ids that stay that they do', () => {
    const text = textOf(
      explainProject(makeProject({consent: 'opt-in', identity: {user: false, host: true, rotate: 'never'}})),
    )
    assert.match(text, /Opt-in\n.*only users who opt in.*\n- to opt in: `usage optin demo`/)
    assert.match(text, /never changes automatically/)
    assert.doesNotMatch(text, /pseudonym of the user/)
  })

  it('says of datagrams that they are open, alone and confirmed by nobody', () => {
    const text = textOf(explainProject(makeProject({endpoint: {udp: 'usage.example.org:50077'}})))
    assert.match(text, /usage\.example\.org:50077, not encrypted/)
    assert.match(text, /datagram \(UDP\) of at most 1200 bytes\. Delivery is not confirmed/)
    assert.doesNotMatch(textOf(explainProject(makeProject())), /datagram/)
  })

  it('names what is declared of features only where there are any', () => {
    const without = textOf(explainProject(makeProject({features: {}, fields: {}, ci: 'off'})))
    assert.match(without, /the project declares no features/)
    assert.match(without, /not encrypted/)
    assert.match(without, /CI runs are not counted/)
    const open = textOf(
      explainProject(makeProject({features: {names: Array.from({length: 60}, (_, n) => `F${n}`), allowOther: true}})),
    )
    assert.match(open, /F49, and 10 more/)
    assert.match(open, /Other features of these types/)
  })

  it('turns nothing that a project file says into Markdown or into what moves a terminal', () => {
    const hostile = '<script>x</script> [a](https://evil.example) `b` *c* | ![d](e) \u202e'
    const description = `# ${hostile}`
    const project = makeProject({
      name: hostile,
      contact: hostile,
      purpose: [`- ${hostile}`, `1. ${hostile}`],
      fields: {executors: {type: 'enum', values: [hostile], description}},
      features: {types: [hostile], names: [hostile]},
    })
    const page = writeMarkdownExplanation(explainProject(project))
    assert.doesNotMatch(page, /(?<!\\)<|(?<!\\)!\[|(?<!\\)\]\(|(?<!\\)\*|\u202e|^- - |^- 1\. /m)
    for (const code of page.match(/`[^`]*`/g) ?? []) assert.match(code, /^`[\w ./~=-]+`$/)
  })
})

describe('usage explain', {concurrency: 2}, () => {
  it('finds the project file here or above, prints a page, and writes nothing for JSON to miss', async t => {
    const home = isolatedHome(t)
    const cwd = join(home.home, 'a', 'b')
    mkdirSync(cwd, {recursive: true})
    const none = await runUsage(home, ['explain'], {cwd})
    assert.deepEqual([none.code, /USAGE_NO_PROJECT/.test(none.stderr)], [2, true])
    writeFileSync(join(home.home, 'usage.project.json'), JSON.stringify(readJsonFixture('projects/full.json')))
    const page = await runUsage(home, ['explain', '--markdown'], {cwd})
    assert.match(page.stdout, /^## Why Parsl counts how it is used\n\n/)
    const text = await runUsage(home, ['explain'], {cwd})
    assert.match(text.stdout, /^Why Parsl counts how it is used\n {2}Parsl counts/)
    assert.doesNotMatch(text.stdout, /`/)
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    const named = JSON.parse((await runUsage(home, ['explain', '--project-file', path, '--json'], {cwd})).stdout)
    assert.deepEqual([named.project, named.sections.length], ['demo', 10])
  })
})
