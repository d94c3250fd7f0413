import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {readdirSync, writeFileSync} from 'node:fs'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion, type ProjectFile} from '../../../src/protocol/project/project-file.ts'
import {
  isNoticeDue,
  isNoticeOpen,
  isUsageInstalled,
  markNoticeShown,
  noticePath,
  noticeShownAt,
  noticeText,
  openNotice,
} from '../../../src/reporter/consent/notice.ts'
import {type Destination, destinationOf} from '../../../src/reporter/destination/destination.ts'
import {createReporter, type Reporter} from '../../../src/reporter/reporter.ts'
import {userOptOutPath} from '../../../src/reporter/world/directories.ts'
import {makeDirectory, writeFileAtomically} from '../../../src/reporter/world/files.ts'
import {toTime} from '../../../src/reporter/world/world.ts'
import {makeProject} from '../../support/make-project.ts'
import {caller, makeFolder, makeWorld, type TestWorld} from '../../support/make-world.ts'
import {moduleUrl, runTogether} from '../../support/run-module.ts'
import {readTree} from '../../support/tree.ts'

interface Scene {
  readonly world: TestWorld
  readonly project: ProjectFile
  readonly destination: Destination
  readonly reporter: Reporter
}

function makeScene(t: TestContext, changes: Readonly<Record<string, unknown>> = {}, world = makeWorld(t)): Scene {
  const project = makeProject(changes)
  const destination = destinationOf(world.stateDirectory, project)
  return {world, project, destination, reporter: createReporter({project, world})}
}

/** The next command of somebody else: another process that another caller started. */
function becomeAnotherCaller({place}: TestWorld, pid: number) {
  place.callers = [caller(pid + 1), caller(pid), ...place.callers.slice(2)]
}

describe('the notice', () => {
  it('is news once, to be shown before anything is sent', t => {
    const {reporter, world, destination} = makeScene(t)
    assert.match(reporter.notice ?? '', /usage optout demo/)
    assert.match(reporter.notice ?? '', /DEMO_TRACKING=false/)
    assert.equal(reporter.noticeShown(), true)
    assert.equal(reporter.notice, null)
    assert.equal(reporter.noticeShown(), false)
    assert.equal(noticeShownAt(destination), toTime(world.now()))
  })

  it('is not marked by looking at it', t => {
    const {reporter, world} = makeScene(t)
    assert.notEqual(reporter.notice, null)
    assert.deepEqual(readTree(world.directory), {})
  })

  it('is shown by one of eight processes that come at the same time', async t => {
    const {world, project} = makeScene(t)
    const outputs = await runTogether(
      8,
      `import {markNoticeShown} from '${moduleUrl('reporter/consent/notice.ts')}'
       import {destinationOf} from '${moduleUrl('reporter/destination/destination.ts')}'
       import {realWorld} from '${moduleUrl('reporter/world/world.ts')}'`,
      `const project = ${JSON.stringify(project)}
       const destination = destinationOf(${JSON.stringify(world.stateDirectory)}, project)
       process.stdout.write(String(markNoticeShown(realWorld(), destination)))`,
    )
    assert.deepEqual(outputs.toSorted(), [...Array(7).fill('false'), 'true'])
  })

  it('says who, what, why, where to and how to stop it, in a few plain lines', t => {
    const {project: plain, world} = makeScene(t)
    const project = {...plain, name: 'Demo\u001b[2J', purpose: ['Why\u202e one', 'Why two']}
    const text = noticeText(project, world.configDirectory)
    for (const part of [
      'Demo',
      'Why',
      'Why two',
      'executors',
      'http://127.0.0.1:9',
      'demo@example.org',
      'optout.d/demo',
    ])
      assert.ok(text.includes(part), part)
    assert.ok(text.split('\n').length <= 6)
    assert.doesNotMatch(text, /[\u001b\u202e]/)
  })

  it('names commands of usage to a program only where a person can type them', t => {
    const {world, project} = makeScene(t)
    assert.equal(isUsageInstalled(world), false)
    world.environment = {PATH: `/nowhere:${world.directory}`}
    assert.equal(isUsageInstalled(world), false)
    writeFileSync(`${world.directory}/usage`, '')
    assert.equal(isUsageInstalled(world), true)
    const lines = noticeText(project, '/home/ada', 'later', null, false).split('\n').slice(3)
    assert.deepEqual(lines, ['  To stop it: set DEMO_TRACKING=false, or create the file /home/ada/optout.d/demo'])
  })

  it('returns only when what is collected or the destination changes', t => {
    const {world, reporter} = makeScene(t)
    reporter.noticeShown()
    const unchanged = [{name: 'New name'}, {contact: 'new@example.org'}, {purpose: ['New']}, {flush: {threshold: 7}}]
    for (const changes of unchanged)
      assert.equal(makeScene(t, changes, world).reporter.notice, null, JSON.stringify(changes))
    const changed = [
      {fields: {}},
      {features: {types: ['Algorithm']}},
      {identity: {rotate: 'never'}},
      {endpoint: {http: 'http://127.0.0.1:10'}},
      {retention: {runs: '10y'}},
    ]
    for (const changes of changed)
      assert.notEqual(makeScene(t, changes, world).reporter.notice, null, JSON.stringify(changes))
  })

  it('is never shown after a no', t => {
    const {world, reporter} = makeScene(t)
    world.environment = {DEMO_TRACKING: 'off', CI: 'true'}
    assert.equal(reporter.notice, null)
    world.environment = {}
    writeFileAtomically(userOptOutPath(world.configDirectory), '')
    assert.equal(reporter.notice, null)
  })

  it('is printed once in CI, where sending opens at once, and says so', t => {
    const {world, reporter} = makeScene(t)
    world.environment = {GITHUB_ACTIONS: 'true', CI: 'true'}
    assert.match(reporter.notice ?? '', /Sent from this CI job in the background\./)
    assert.doesNotMatch(reporter.notice ?? '', /None of this is sent yet/)
    assert.equal(reporter.consent.sending, true)
    assert.equal(reporter.noticeShown(), true)
    assert.equal(reporter.notice, null)
  })

  it('is held for people whose environment has a word of a CI system', t => {
    for (const environment of [{RENDER: 'opengl'}, {TASK_ID: '3', RUN_ID: 'x'}, {CI: 'true'}]) {
      const {world, reporter} = makeScene(t)
      world.environment = environment
      assert.match(reporter.notice ?? '', /None of this is sent yet\./)
      assert.equal(reporter.consent.sending, false)
    }
  })

  it('is shown to nobody where the standard error output goes to /dev/null', () => {
    const source = `import {isErrorOutputVisible} from '${moduleUrl('reporter/consent/notice.ts')}'
      process.stdout.write(String(isErrorOutputVisible()))`
    const run = (redirection: string) =>
      spawnSync('sh', [
        '-c',
        `"$0" --input-type=module -e "$1" ${redirection}`,
        process.execPath,
        source,
      ]).stdout.toString()
    assert.equal(run('2>/dev/null'), 'false')
    assert.equal(run(''), 'true')
  })
})

describe('sending', () => {
  it('opens with the first start of another caller a minute after the notice', t => {
    const {world, reporter, destination} = makeScene(t)
    reporter.noticeShown()
    reporter.start()
    assert.deepEqual([reporter.consent.allowed, reporter.consent.sending], [true, false])
    world.pass(60)
    reporter.start()
    assert.equal(isNoticeOpen(destination), false, 'the same caller')
    becomeAnotherCaller(world, 500)
    reporter.end()
    reporter.feature({name: 'Load.v1', type: 'Algorithm'})
    assert.equal(isNoticeOpen(destination), false, 'no start')
    reporter.start()
    assert.equal(isNoticeOpen(destination), true)
    assert.equal(reporter.consent.sending, true)
  })

  it('does not open for another caller within the minute', t => {
    const {world, reporter} = makeScene(t)
    reporter.noticeShown()
    becomeAnotherCaller(world, 500)
    world.pass(59.999)
    reporter.start()
    assert.equal(reporter.consent.sending, false)
    world.pass(0.001)
    reporter.start()
    assert.equal(reporter.consent.sending, true)
  })

  it('takes a pid that is used again for another caller', t => {
    const {world, destination} = makeScene(t)
    markNoticeShown(world, destination)
    world.pass(60)
    assert.equal(isNoticeDue(world, destination), false)
    const [own, parent, ...above] = world.place.callers
    world.place.callers = [own!, {...parent!, startTime: '777'}, ...above]
    assert.equal(isNoticeDue(world, destination), true)
  })

  it('does not open where the notice was never shown', t => {
    const {world, reporter} = makeScene(t)
    becomeAnotherCaller(world, 500)
    world.pass(600)
    reporter.start()
    assert.equal(reporter.consent.sending, false)
  })

  it('is not held by a notice of the future: a clock was ahead when it was shown', t => {
    for (const [secondsBack, opens] of [
      [59, false],
      [86_400, true],
      [10 * 365 * 86_400, true],
    ] as const) {
      const {world, reporter} = makeScene(t)
      reporter.noticeShown()
      world.pass(-secondsBack)
      reporter.start()
      assert.equal(reporter.consent.sending, false, 'the same caller')
      becomeAnotherCaller(world, 600)
      reporter.start()
      assert.equal(reporter.consent.sending, opens, String(secondsBack))
    }
  })

  it('opens at once by USAGE_CONSENT for this project and this version', t => {
    const {world, reporter, project} = makeScene(t)
    const version = collectionVersion(project)
    const words: readonly (readonly [word: string, opens: boolean])[] = [
      [`demo@${version}`, true],
      [`other@12345678, demo@${version}`, true],
      [`other@12345678 demo@${version}`, true],
      [`demo@${version}x`, false],
      ['demo@00000000', false],
      [`other@${version}`, false],
      ['demo', false],
      ['1', false],
      ['', false],
    ]
    for (const [word, opens] of words) {
      world.environment = {USAGE_CONSENT: word}
      assert.equal(reporter.consent.sending, opens, word)
      assert.equal(reporter.notice === null, opens, word)
    }
  })

  it('opens at once where the site has told its people itself', t => {
    const {world, reporter} = makeScene(t)
    writeFileSync(`${makeFolder(world.siteDirectory)}/policy.json`, '{"notice": "given"}')
    assert.equal(reporter.consent.sending, true)
    assert.equal(reporter.notice, null)
  })

  it('is opened twice without harm, and for the version that was shown only', t => {
    const {world, destination} = makeScene(t)
    makeDirectory(destination.directory)
    openNotice(destination)
    openNotice(destination)
    assert.equal(isNoticeOpen(destination), true)
    assert.equal(isNoticeOpen(makeScene(t, {fields: {}}, world).destination), false)
    assert.equal(readdirSync(destination.directory).length, 1)
  })

  it('stays closed when the marker is damaged', t => {
    const {world, destination, reporter} = makeScene(t)
    makeDirectory(destination.directory)
    for (const content of ['', '{', 'null', '{"shownAt": 1}', '\0']) {
      writeFileSync(noticePath(destination), content)
      world.pass(120)
      becomeAnotherCaller(world, 500)
      reporter.start()
      assert.equal(reporter.consent.sending, false, JSON.stringify(content))
    }
  })
})
