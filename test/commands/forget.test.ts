import assert from 'node:assert/strict'
import {rmSync, writeFileSync} from 'node:fs'
import {describe, it} from 'node:test'
import {secretPath} from '../../src/reporter/identity/secret.ts'
import type {DestinationForget} from '../../src/reporter/person/forget.ts'
import {answerAlways} from '../support/answering-server.ts'
import {eraseAll, erasingServer, erasuresOf} from '../support/erasing-server.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {makeScene, permissionFor} from '../support/scene.ts'
import {itOnce, ofShare} from '../support/share.ts'
import {silentServer} from '../support/silent-server.ts'
import {readTree} from '../support/tree.ts'

describe('usage forget', () => {
  itOnce('has what was sent erased, says so, and leaves the receipt for status and log', async t => {
    const server = await erasingServer(t)
    const scene = makeScene(t, server.url)
    scene.reporter.start()
    await scene.flush()
    const {code, stdout} = await scene.usage(['forget'])
    const [request] = erasuresOf(server)
    assert.equal(code, 0)
    assert.match(stdout, /^demo: erased\n {2}3 runs and 2 features were erased from http:/)
    assert.ok(stdout.includes(`Receipt: ${request?.id}`) && stdout.includes(scene.destination.paths.sent))
    assert.equal(scene.status().forget?.receipt, request?.id)
    assert.match((await scene.usage(['status'])).stdout, new RegExp(`Forget [^]* receipt\\s+${request?.id}`))
    const log = JSON.parse((await scene.usage(['log', '--json'])).stdout)
    assert.deepEqual(
      log.entries.map(({kind, body}: {kind: string; body: string | null}) => [kind, body === null]),
      [
        ['sent', false],
        ['erased', true],
      ],
    )
    for (const key of request?.keys ?? [])
      for (const [path, content] of Object.entries(readTree(scene.home.home))) assert.ok(!content.includes(key), path)
  })

  itOnce(
    'exits 3, keeps the request and names the contact when the collector cannot erase (USAGE_NOT_FORGOTTEN)',
    async t => {
      const server = await erasingServer(t, answerAlways(404, '{}'))
      const scene = makeScene(t, server.url)
      scene.reporter.start()
      await scene.flush()
      const {code, stdout} = await scene.usage(['forget'])
      assert.equal(code, 3)
      assert.match(stdout, /This collector does not support erasure\. \(the collector answered 404\)/)
      assert.match(stdout, /Contact: demo@example\.org/)
      assert.match(stdout, /The request is kept/)
      const {forget, lastError} = scene.status()
      assert.deepEqual([forget?.isPending, forget?.receipt, lastError?.reason], [true, null, 'cannot-erase'])
      const again = await scene.usage(['forget', '--json'])
      assert.deepEqual([again.code, JSON.parse(again.stdout).projects[0].outcome], [3, 'pending'])
      assert.equal(new Set(erasuresOf(server).map(({id}) => id)).size, 1)
    },
  )

  itOnce(
    'withdraws a request that no collector confirms: reports are sent again, and a later request covers them all',
    async t => {
      let canErase = false
      const server = await erasingServer(t, (request, response) =>
        (canErase ? eraseAll : answerAlways(404, '{}'))(request, response),
      )
      const scene = makeScene(t, server.url)
      scene.reporter.start()
      await scene.flush()
      await scene.usage(['forget'])
      scene.reporter.start()
      assert.equal((await scene.flush()).projects[0]?.reason, 'forget-pending')
      const {code, stdout} = await scene.usage(['forget', '--withdraw'])
      assert.equal(code, 0)
      assert.match(
        stdout,
        /^demo: the request to erase is withdrawn\..*reports are sent again\.\n {2}To stop recording: usage optout demo\n/,
      )
      assert.equal(scene.status().forget, null)
      assert.deepEqual([(await scene.flush()).sent], [1])
      assert.match((await scene.usage(['forget', '--withdraw'])).stdout, /^demo: no request to erase is waiting/)
      canErase = true
      assert.equal(JSON.parse((await scene.usage(['forget', '--json'])).stdout).projects[0].outcome, 'erased')
      const [first, last] = [erasuresOf(server)[0], erasuresOf(server).at(-1)]
      assert.notEqual(first?.id, last?.id)
      assert.deepEqual(last?.keys, first?.keys)
    },
  )

  itOnce('exits 3 and says what to do when the secret is lost, instead of a receipt for nothing', async t => {
    const server = await erasingServer(t)
    const scene = makeScene(t, server.url)
    scene.reporter.start()
    await scene.flush()
    rmSync(secretPath(scene.world.stateDirectory))
    const {code, stdout} = await scene.usage(['forget'])
    assert.equal(code, 3)
    assert.match(stdout, /^demo: not erased: The secret of your pseudonyms is lost or damaged/)
    assert.ok(stdout.includes(`Restore ${secretPath(scene.world.stateDirectory)} from a backup`))
    assert.match(stdout, /Contact: demo@example\.org/)
    assert.equal(erasuresOf(server).length, 0)
  })

  itOnce('does not deny what was sent under no pseudonym, and says of a second wish that it was fulfilled', async t => {
    const server = await erasingServer(t)
    const scene = makeScene(t, server.url)
    await scene.usage(['start'], {environment: {CI: 'true', GITHUB_ACTIONS: 'true'}})
    await scene.flush()
    assert.match(
      (await scene.usage(['forget'])).stdout,
      /^demo: reports were sent to http:\S+ without a pseudonym of yours/,
    )
    scene.reporter.start()
    await scene.flush()
    assert.match((await scene.usage(['forget'])).stdout, /Reports without a pseudonym of yours were sent too/)
    const {code, stdout} = await scene.usage(['forget'])
    assert.equal(code, 0)
    assert.match(stdout, /^demo: already erased, and nothing was sent to http:\S+ since then\./)
    assert.ok(stdout.includes(`Receipt: ${erasuresOf(server)[0]?.id}`))
  })

  for (const content of ofShare(['{', '', null], 3))
    it(`denies nothing where the project file of a folder is ${content === null ? 'missing' : JSON.stringify(content)}`, async t => {
      const server = await erasingServer(t)
      const scene = makeScene(t, server.url)
      scene.reporter.start()
      await scene.flush()
      const {directory, paths} = scene.destination
      if (content === null) rmSync(paths.project)
      else writeFileSync(paths.project, content)
      for (const args of [[], ['--project', 'demo']]) {
        const environment = {USAGE_PROJECT_FILE: ''}
        const {code, stdout} = await scene.usage(['forget', ...args], {environment})
        assert.equal(code, 3)
        assert.ok(stdout.startsWith(`Cannot be read: ${directory}\n`), stdout)
        const status = await scene.usage(['status', ...args], {environment})
        assert.deepEqual([status.code, status.stdout.split('\n')[0]], [0, `Cannot be read: ${directory}`])
        const json = JSON.parse((await scene.usage(['status', ...args, '--json'], {environment})).stdout)
        assert.partialDeepStrictEqual(json, {projects: [], unreadable: [directory], lostFolders: []})
        assert.deepEqual(json.projects, [])
      }
      const {code, stdout} = await scene.usage(['forget', '--json'])
      assert.deepEqual([code, JSON.parse(stdout).projects[0].outcome], [0, 'erased'])
    })

  for (const [what, environment] of ofShare(
    [
      ['DO_NOT_TRACK', {DO_NOT_TRACK: '1'}],
      ['an opt-out', {}],
    ] as const,
    2,
  ))
    it(`asks although ${what} says no, and sends no event`, async t => {
      const server = await erasingServer(t)
      const scene = makeScene(t, server.url)
      scene.reporter.start()
      await scene.flush()
      scene.reporter.start()
      if (what === 'an opt-out') await scene.usage(['optout'])
      const {code, stdout} = await scene.usage(['forget', '--json'], {environment})
      assert.deepEqual([code, JSON.parse(stdout).projects[0].outcome], [0, 'erased'])
      assert.deepEqual([server.requests.length, erasuresOf(server).length], [2, 1])
    })

  itOnce(
    'asks for every project that was used, within the time that it is given, and exits 3 when one does not answer',
    async t => {
      const [one, hanging] = [await erasingServer(t), await erasingServer(t, () => {})]
      const scene = makeScene(t, one.url)
      const {path, project} = projectOnDisk(scene.home.home, hanging.url, {project: 'other'})
      const environment = {USAGE_PROJECT_FILE: path, ...permissionFor(project)}
      scene.reporter.start()
      await scene.flush()
      await scene.usage(['start'], {environment})
      await scene.usage(['flush'], {environment})
      const before = performance.now()
      const options = {environment: {USAGE_PROJECT_FILE: ''}}
      const {code, stdout} = await scene.usage(['forget', '--wait', '4', '--json'], options)
      assert.ok(performance.now() - before < 25_000)
      const outcomes = JSON.parse(stdout).projects.map(({outcome}: DestinationForget) => outcome)
      assert.deepEqual([code, outcomes], [3, ['erased', 'pending']])
    },
  )

  itOnce('says that nothing was sent where nothing was, writes nothing and asks nobody', async t => {
    const silent = await silentServer(t)
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, silent.url)
    const before = readTree(home.home)
    const named = await runUsage(home, ['forget', '--project-file', path])
    assert.match(named.stdout, /^demo: nothing was sent from this machine to http:.*, so there is nothing to erase\.$/m)
    assert.match((await runUsage(home, ['forget'])).stdout, /^Nothing was ever sent from this machine/)
    assert.deepEqual([named.code, silent.connections()], [0, 0])
    assert.deepEqual(readTree(home.home), before)
  })
})
