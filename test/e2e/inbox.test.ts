import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {pathToFileURL} from 'node:url'
import {openInbox} from '../../src/cli/maintain/open-inbox.ts'
import {collectionVersion, type ProjectFile} from '../../src/protocol/project/project-file.ts'
import {inboxLookSize} from '../../src/protocol/report/inbox.ts'
import {answerAlways, answeringServer, refusal} from '../support/answering-server.ts'
import {eventually} from '../support/eventually.ts'
import {personHere} from '../support/in-process.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {makeProject} from '../support/make-project.ts'
import {droppingPrivileges, needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {collectorHere, runningCollector} from '../support/running-collector.ts'
import {killingEnvironment, wasKilled} from '../support/scene.ts'
import {silentServer} from '../support/silent-server.ts'

/** A person on a machine without a network, whose reports go into a folder. */
function personWithFolder(t: TestContext, changes: Readonly<Record<string, unknown>> = {}) {
  const home = isolatedHome(t)
  const inbox = join(home.home, '..', 'inbox')
  mkdirSync(inbox)
  const url = pathToFileURL(inbox).href
  const {path, project} = projectOnDisk(home.home, '', {endpoint: url, ...changes})
  const said = {USAGE_PROJECT_FILE: path, USAGE_CONSENT: `demo@${collectionVersion(project)}`}
  const person: IsolatedHome = {...home, environment: {...home.environment, ...said}}
  return {home, person, inbox, url, project, layDown: () => layDownOf(person, inbox, project)}
}

const json = async (person: IsolatedHome, ...args: string[]) =>
  JSON.parse((await runUsage(person, [...args, '--json'])).stdout)
const reportsIn = (inbox: string): string[] => readdirSync(inbox).filter(name => /^[^.].*\.json$/.test(name))
const script = [['start'], ['feature', 'Load.v1', '--type', 'Algorithm'], ['end', '--exit-code', '3']]

/** A run of the person, in one report. */
async function layDownOf(person: IsolatedHome, inbox: string, project: ProjectFile): Promise<void> {
  const {recordRun, flush} = personHere(person, project)
  recordRun(3)
  assert.equal((await flush()).sent, 3)
  assert.equal(reportsIn(inbox).length, 1)
}

describe('an endpoint that is a folder', () => {
  it('gets the bytes that preview showed and the log keeps, and status says that nothing confirms them', async t => {
    const {person, inbox, url, project} = personWithFolder(t)
    const waiting = {...person, environment: {...person.environment, USAGE_CONSENT: ''}}
    personHere(waiting, project).recordRun(3)
    const before = await runUsage(person, ['preview'])
    assert.match(before.stdout, /to be written to the folder/)
    const outcome = await json(person, 'flush')
    assert.deepEqual([outcome.sent, outcome.kept], [3, 0])
    const [name] = reportsIn(inbox)
    const {stdout: logged} = await runUsage(person, ['log', '--raw'])
    assert.equal(logged, `${readFileSync(join(inbox, name!), 'utf8')}\n`)
    const [status] = (await json(person, 'status')).projects
    assert.deepEqual([status.endpoint, status.sent.unconfirmed], [{http: null, udp: null, file: url}, 3])
    assert.match((await runUsage(person, ['status'])).stdout, /a folder that your site\s+forwards/)
    assert.match((await runUsage(person, ['explain'])).stdout, /written to the folder file:/)
  })

  it('gets exactly the bytes of preview', async t => {
    const {person, inbox, layDown, project} = personWithFolder(t)
    const waiting = {...person, environment: {...person.environment, USAGE_CONSENT: ''}}
    // The secret is made by the first sending: then preview has the final ids.
    await layDown()
    const known = reportsIn(inbox)
    personHere(waiting, project).recordRun(3)
    const {stdout} = await runUsage(person, ['preview', '--raw'])
    await runUsage(person, ['flush'])
    const fresh = reportsIn(inbox).filter(name => !known.includes(name))
    assert.equal(stdout, `${fresh.map(name => readFileSync(join(inbox, name), 'utf8')).join('\n')}\n`)
  })

  it('gets all of it, and once, when a sender is killed before its report has a name', async t => {
    const {person, inbox} = personWithFolder(t)
    const quiet = {...person, environment: {...person.environment, USAGE_SENDER: '1'}}
    for (const args of script)
      await runUsage({...person, environment: {...person.environment, USAGE_CONSENT: ''}}, args)
    const kill = {point: 'folder: before the report is renamed', nth: 1, victim: 'sender-process'}
    const killing = {...quiet, environment: {...quiet.environment, ...killingEnvironment({home: person}, kill)}}
    const killed = await json(killing, 'flush')
    assert.deepEqual([killed.sent, reportsIn(inbox)], [0, []])
    assert.ok(wasKilled({home: person}))
    const [destination] = readdirSync(person.stateDirectory).filter(name => name.startsWith('demo-'))
    const sending = join(person.stateDirectory, destination!, 'buffer', 'sending')
    const past = new Date(Date.now() - 120_000)
    for (const claim of readdirSync(sending)) utimesSync(join(sending, claim), past, past)
    rmSync(join(person.stateDirectory, destination!, 'sender.lock'), {force: true})
    const outcome = await json(person, 'flush')
    assert.deepEqual([outcome.sent, reportsIn(inbox).length], [3, 1])
  })

  it('gets nothing after a no, and keeps events while it is missing', async t => {
    const {person, inbox} = personWithFolder(t)
    const no = {...person, environment: {...person.environment, DO_NOT_TRACK: '1'}}
    for (const args of script) await runUsage(no, args)
    assert.deepEqual(readdirSync(inbox), [])
    const missing = join(person.home, 'missing')
    const {path} = projectOnDisk(person.home, '', {endpoint: pathToFileURL(join(missing, 'inbox')).href})
    const lost = {...person, environment: {...person.environment, USAGE_PROJECT_FILE: path, TF_BUILD: 'True'}}
    await runUsage(lost, ['start'])
    await runUsage(lost, ['end'])
    const outcome = await json(lost, 'flush')
    assert.deepEqual([outcome.kept, outcome.projects[0].reason], [2, 'no-folder'])
    assert.ok(!existsSync(missing))
  })

  it('gives reports back to who wants to be forgotten while they lie there', async t => {
    const {person, inbox, layDown} = personWithFolder(t)
    await layDown()
    writeFileSync(join(inbox, 'somebody-elses.json'), '{}')
    await runUsage(person, ['forget'])
    assert.deepEqual(readdirSync(inbox), ['somebody-elses.json'])
  })
})

describe('usage flush --from', () => {
  it('sends what lies there to the collector of the project, once, and sets aside what is damaged', async t => {
    const {home, inbox, layDown} = personWithFolder(t)
    await layDown()
    const copies = reportsIn(inbox).map(name => [name, readFileSync(join(inbox, name))] as const)
    writeFileSync(join(inbox, 'damaged.json'), '{')
    const collector = await collectorHere(t, home, [makeProject()])
    const {path} = projectOnDisk(home.home, collector.http)
    const first = await json(home, 'flush', '--from', inbox, '--project-file', path)
    assert.deepEqual([first.sent, first.duplicates, first.setAside, first.reason], [3, 0, 1, null])
    assert.deepEqual(readdirSync(inbox), ['set-aside'])
    // A forwarder that died after the answer has left its report there.
    for (const [name, content] of copies) writeFileSync(join(inbox, name), content)
    const again = await json(home, 'flush', '--from', inbox, '--project-file', path)
    assert.deepEqual([again.sent, again.duplicates], [3, 3])
    const {outcomes, features} = await collector.stats('demo')
    assert.deepEqual([outcomes.failed, features[0]?.count], [1, 1])
    assert.match(
      (await runUsage(home, ['flush', '--from', inbox, '--project-file', path])).stdout,
      /The folder contains no reports/,
    )
  })

  it('takes the folder and the collector from one project file that names both', async t => {
    const home = isolatedHome(t)
    const collector = await collectorHere(t, home, [makeProject()])
    const {person, inbox, url} = personWithFolder(t)
    const {path, project} = projectOnDisk(person.home, '', {
      endpoint: {http: collector.http, file: pathToFileURL(inbox).href},
    })
    const said = {USAGE_PROJECT_FILE: path, USAGE_CONSENT: `demo@${collectionVersion(project)}`}
    const both = {...person, environment: {...person.environment, ...said}}
    await layDownOf(both, inbox, project)
    assert.equal((await json(both, 'status')).projects[0].endpoint.file, url)
    const outcome = await json(both, 'flush', '--from', inbox)
    assert.deepEqual([outcome.sent, readdirSync(inbox)], [3, []])
  })

  it('keeps reports while the collector is away or not named, and tells it by its exit code', async t => {
    const {home, person, inbox, layDown} = personWithFolder(t)
    await layDown()
    const lying = reportsIn(inbox)
    const away = projectOnDisk(join(home.home, '..'), 'http://127.0.0.1:9').path
    for (const [args, reason] of [
      [['--project-file', away], 'offline'],
      [['--project', 'demo'], 'project-unknown'],
    ] as const) {
      const {code, stdout} = await runUsage(person, ['flush', '--from', inbox, ...args, '--json'])
      assert.deepEqual([code, JSON.parse(stdout).reason], [3, reason])
    }
    assert.deepEqual(reportsIn(inbox), lying)
  })

  it(
    'says that a report is kept which it may not read, and does not call that done',
    needs(...droppingPrivileges),
    async t => {
      const {home, inbox, layDown} = personWithFolder(t)
      await layDown()
      const server = await answeringServer(t)
      const {path} = projectOnDisk(join(home.home, '..'), server.url)
      for (const name of reportsIn(inbox)) chmodSync(join(inbox, name), 0o600)
      for (const open of [home.environment['TMPDIR'] ?? '', join(home.home, '..'), inbox]) chmodSync(open, 0o755)
      const command = ['usage', 'flush', '--from', inbox, '--project-file', path, '--json'] as const
      const own = {USAGE_STATE_DIR: join(inbox, 'state'), HOME: '/nonexistent'}
      const stranger = ['setpriv', '--reuid', '54321', '--regid', '54321', '--clear-groups'] as const
      const {code, stdout} = await runProgram(home, [...stranger, ...command], {environment: own})
      const {sent, kept, reason} = JSON.parse(stdout)
      assert.deepEqual([code, sent, kept, reason], [3, 0, reportsIn(inbox).length, 'sender-failed'])
      assert.deepEqual(server.requests, [])
    },
  )

  it('sets aside with the reason what the collector refuses for good', async t => {
    const {home, inbox, layDown} = personWithFolder(t)
    await layDown()
    const lying = reportsIn(inbox)
    const server = await answeringServer(t, answerAlways(400, refusal('must be else')))
    const {path} = projectOnDisk(home.home, server.url)
    const outcome = await json(home, 'flush', '--from', inbox, '--project-file', path, '--wait', '40')
    assert.deepEqual([outcome.sent, outcome.refused, outcome.setAside], [0, 3, lying.length])
    assert.equal(readFileSync(join(inbox, 'set-aside', `${lying[0]}.why`), 'utf8'), 'the collector answered 400\n')
  })

  it('ends in its time when the collector does not answer', async t => {
    const {home, inbox, layDown} = personWithFolder(t)
    await layDown()
    const server = await silentServer(t)
    const {path} = projectOnDisk(home.home, server.url)
    const outcome = await json(home, 'flush', '--from', inbox, '--project-file', path, '--wait', '0.3')
    assert.equal(outcome.sent, 0)
    // Which of the two clocks is first depends on how busy the machine is.
    assert.ok(['timeout', 'no-time'].includes(outcome.reason), outcome.reason)
  })
})

describe('usage collect --inbox', () => {
  it('takes what lies there and what comes, sets aside what is damaged and leaves what is for others', async t => {
    const {home, inbox, layDown} = personWithFolder(t)
    await layDown()
    const collector = await collectorHere(t, home, [makeProject()], {inbox: {inbox: openInbox(inbox), everyMs: 50}})
    await eventually(() => assert.deepEqual(reportsIn(inbox), []))
    const report = {protocol: 1, client: {name: 'x', version: '1'}, header: {}}
    const event = {type: 'feature', time: new Date().toISOString(), run: null}
    const other = {
      ...report,
      project: 'other',
      events: [{...event, name: 'x', id: '018f3c5e-0000-7000-8000-000000000001'}],
    }
    const [one] = other.events
    const refused = {...other, project: 'demo', events: [{...one, durationSeconds: -1}]}
    writeFileSync(join(inbox, 'other.json'), JSON.stringify(other))
    writeFileSync(join(inbox, 'damaged.json'), '{')
    writeFileSync(join(inbox, 'refused.json'), JSON.stringify(refused))
    await eventually(() => assert.deepEqual(reportsIn(inbox), ['other.json']))
    assert.match(readFileSync(join(inbox, 'set-aside', 'refused.json.why'), 'utf8'), /durationSeconds/)
    const {outcomes, features, quality} = await collector.stats('demo')
    assert.deepEqual([outcomes.failed, features[0]?.count, quality.refused], [1, 1, 1])
    assert.equal(await collector.stop(), 0)
  })

  it('takes reports behind more files than it looks at in one go, none of which can be moved', async t => {
    const {home, inbox, layDown} = personWithFolder(t)
    await layDown()
    const [report] = reportsIn(inbox)
    renameSync(join(inbox, report!), join(inbox, 'zz.json'))
    for (let index = 0; index <= inboxLookSize; index++) writeFileSync(join(inbox, `0-${index}.json`), '{')
    // A file where the folder for them has to be: also root cannot move anything into it.
    writeFileSync(join(inbox, 'set-aside'), '')
    const collector = await collectorHere(t, home, [makeProject()], {inbox: {inbox: openInbox(inbox), everyMs: 50}})
    await eventually(() => assert.ok(!reportsIn(inbox).includes('zz.json')))
    assert.equal(await collector.stop(), 0)
  })

  it('counts once what a collector had stored when it was killed', async t => {
    const {home, inbox, layDown} = personWithFolder(t)
    await layDown()
    const reports = reportsIn(inbox).length
    const kill = {point: 'inbox: a report delivered', nth: 1, victim: 'run collect'}
    const killing = {...home, environment: {...home.environment, ...killingEnvironment({home}, kill)}}
    const dying = await runningCollector(t, killing, [makeProject()], '127.0.0.1:0', ['--inbox', inbox]).catch(
      () => null,
    )
    if (dying !== null) assert.equal(await dying.ended, 'SIGKILL')
    assert.equal(reportsIn(inbox).length, reports)
    const collector = await collectorHere(t, home, [makeProject()], {inbox: {inbox: openInbox(inbox), everyMs: 50}})
    await eventually(() => assert.deepEqual(reportsIn(inbox), []))
    const {outcomes, features, quality} = await collector.stats('demo')
    assert.deepEqual([outcomes.failed, features[0]?.count], [1, 1])
    assert.ok(quality.duplicates > 0)
  })
})
