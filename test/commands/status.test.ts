import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {permissionFor} from '../support/scene.ts'
import {readTree} from '../support/tree.ts'

const nowhere = 'http://127.0.0.1:9'

describe('usage status', {concurrency: 2}, () => {
  it('names the rule that decided, and writes nothing', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, nowhere)
    await runUsage(home, ['start', '--project-file', path])
    const before = readTree(home.home)
    const outcome = await runUsage(home, ['status', '--json'], {environment: {DEMO_TRACKING: 'false'}})
    const [project] = JSON.parse(outcome.stdout).projects
    assert.deepEqual(project.consent, {
      allowed: false,
      reason: 'project-variable',
      decidedBy: 'DEMO_TRACKING',
      text: null,
      needsNotice: false,
      sending: false,
      heldBy: null,
    })
    assert.deepEqual(readTree(home.home), before)
  })

  it('names a rule for all projects where nothing was recorded', async t => {
    const home = isolatedHome(t, {USAGE_TRACKING: 'off'})
    const {stdout} = await runUsage(home, ['status'])
    assert.match(
      stdout,
      /^Nothing was recorded on this machine\.\n {2}Decided by {2}usage-tracking \(USAGE_TRACKING\): /,
    )
    const {stdout: without} = await runUsage(home, ['status'], {environment: {USAGE_TRACKING: ''}})
    assert.match(without, /^Nothing was recorded on this machine\.\nState folder:/)
    await runUsage(home, ['optout', 'heatflow'])
    const {stdout: early} = await runUsage(home, ['status'], {environment: {USAGE_TRACKING: ''}})
    assert.match(early, /^Nothing was recorded on this machine\.\n {2}Opted out {3}heatflow\nState folder:/)
  })

  it('has the keys that other programs rely on', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, nowhere)
    await runUsage(home, ['start', '--project-file', path, '--field', 'home=/root'])
    const answer = JSON.parse((await runUsage(home, ['status', '--json'])).stdout)
    assert.deepEqual([answer.stateDirectory, answer.configDirectory], [home.stateDirectory, home.configDirectory])
    const [project] = answer.projects
    const keys = [
      'project',
      'consent',
      'silent',
      'endpoint',
      'routedBy',
      'waiting',
      'openRuns',
      'sent',
      'dropped',
      'refused',
      'lastError',
      'nextTryAt',
      'notice',
      'forget',
    ]
    assert.deepEqual(Object.keys(project), keys)
    assert.deepEqual(project.endpoint, {http: nowhere, udp: null, file: null})
    assert.deepEqual(
      [project.waiting.events, project.openRuns, project.sent],
      [1, 1, {events: 0, unconfirmed: 0, last: null}],
    )
    assert.equal(project.dropped['undeclared-field'], 1)
    assert.equal(project.waiting.newest[0].local, undefined)
  })

  it('names the command that finds the cause after a failure', async t => {
    const home = isolatedHome(t)
    const {path, project} = projectOnDisk(home.home, nowhere)
    const environment = {...permissionFor(project), USAGE_PROJECT_FILE: path, USAGE_SENDER: '1'}
    const usage = (...args: string[]) => runUsage(home, args, {environment})
    await usage('start')
    assert.doesNotMatch((await usage('status')).stdout, /doctor/)
    assert.equal((await usage('flush')).code, 3)
    assert.match((await usage('status')).stdout, /The cause +usage doctor demo\n/)
  })

  it('shows the newest five events and how many more, or all of them', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, nowhere)
    for (let run = 0; run < 6; run++) await runUsage(home, ['start', '--project-file', path])
    const short = (await runUsage(home, ['status'])).stdout
    assert.equal(short.match(/ {2}start {2}/g)?.length, 5)
    assert.match(short, /and 1 more/)
    const long = (await runUsage(home, ['status', '--events'])).stdout
    assert.equal(long.match(/ {2}start {2}/g)?.length, 6)
  })

  it('says what opens sending and from when, in local time, with both decisions, and where everything lies', async t => {
    const home = isolatedHome(t, {TZ: 'Asia/Tokyo', COLUMNS: '60'})
    const {path} = projectOnDisk(home.home, nowhere)
    const error = (await runUsage(home, ['start', '--project-file', path])).stderr
    assert.match(error, /^Demo counts/)
    const {stdout} = await runUsage(home, ['status'])
    const oneLine = stdout.replace(/\s+/g, ' ')
    assert.match(oneLine, /Sent with the first run after \d\d:\d\d \(\d\d:\d\d UTC\), unless you opt out\. To opt out:/)
    assert.match(stdout, /\n {14}To opt out: usage optout demo\n {14}To send now: usage optin demo\n/)
    const time = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d'
    assert.match(oneLine, new RegExp(`Notice shown at ${time} \\((?:${time}|\\d\\d:\\d\\d:\\d\\d) UTC\\)`))
    assert.match(
      stdout,
      new RegExp(`State folder: +${home.stateDirectory}\nSettings folder: +${home.configDirectory}\n$`),
    )
    const rows = stdout.split('\n').filter(line => !/^ {4}\S/.test(line) && !/folder:/.test(line))
    assert.deepEqual(
      rows.filter(line => line.length > 60),
      [],
    )
  })

  it('prints ASCII alone in the locale C, and JSON as it is', async t => {
    const home = isolatedHome(t, {LC_ALL: 'C', LANG: 'de_DE.UTF-8'})
    const {path} = projectOnDisk(home.home, nowhere, {name: 'Wärme', purpose: ['Größe – “genau”']})
    const run = async (...args: string[]) => (await runUsage(home, [...args, '--project-file', path])).stdout
    const explained = await run('explain')
    assert.match(explained, /Why W\\u\{e4\}rme counts/)
    assert.match(explained, /Gr\\u\{f6\}\\u\{df\}e - "genau"/)
    assert.match(explained, /^[\n -~]*$/)
    assert.match(await run('explain', '--markdown'), /Wärme/)
    assert.match(await run('explain', '--json'), /Wärme/)
  })
})
