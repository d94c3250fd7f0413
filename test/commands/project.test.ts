import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'

describe('usage project', {concurrency: 2}, () => {
  it('registers a project, lists it, finds it by its id, and forgets it', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    assert.equal((await runUsage(home, ['project', 'add', path])).code, 0)
    assert.match((await runUsage(home, ['project', 'list'])).stdout, /^demo /)
    assert.equal((await runUsage(home, ['start', '--project', 'demo', '--strict'])).code, 0)
    assert.equal((await runUsage(home, ['project', 'remove', 'demo'])).code, 0)
    const again = await runUsage(home, ['project', 'remove', 'demo'])
    assert.equal(again.code, 2)
    assert.match(again.stderr, /USAGE_PROJECT_UNKNOWN/)
  })

  it('says what it replaces, and replaces an endpoint or a contact only when told so (USAGE_PROJECT_REGISTERED)', async t => {
    const home = isolatedHome(t)
    const add = (http: string, changes = {}, more: string[] = []) =>
      runUsage(home, ['project', 'add', projectOnDisk(home.home, http, changes).path, ...more])
    const registered = async () => (await runUsage(home, ['explain', '--project', 'demo'])).stdout
    await add('https://a.example')
    const same = await add('https://a.example', {purpose: ['Another question']})
    assert.deepEqual([same.code, /It replaces the registered file\./.test(same.stdout)], [0, true])
    for (const [http, contact, change] of [
      ['https://b.example', 'demo@example.org', 'endpoint https://a.example → https://b.example'],
      ['https://a.example', 'eve@example.org', 'contact demo@example.org → eve@example.org'],
    ] as const) {
      const refused = await add(http, {contact})
      assert.equal(refused.code, 2)
      assert.ok(refused.stderr.replace(/\s+/g, ' ').includes(change), refused.stderr)
      assert.match(refused.stderr, /USAGE_PROJECT_REGISTERED/)
      assert.match(await registered(), /a\.example/)
    }
    const replaced = await add('https://b.example', {}, ['--replace'])
    assert.match(
      replaced.stdout,
      /replaces the registered file; endpoint https:\/\/a\.example → https:\/\/b\.example\./,
    )
    assert.match(await registered(), /b\.example/)
  })

  it('checks a project file and names the line of each problem', async t => {
    const home = isolatedHome(t)
    const file = join(home.home, 'bad.json')
    writeFileSync(
      file,
      '{\n  "project": "Demo",\n  "contact": "a@example.org",\n  "purpose": ["x"],\n  "endpoint": {"http": "ftp://x"},\n  "fields": {\n    "n": {"type": "integer"}\n  }\n}\n',
    )
    const outcome = await runUsage(home, ['project', 'check', file])
    assert.equal(outcome.code, 2)
    assert.match(outcome.stdout, /bad\.json:2:14 {2}project: must be a project id/)
    assert.match(outcome.stdout, /bad\.json:5:24 {2}endpoint\.http: must be an http or https address/)
    assert.match(outcome.stdout, /bad\.json:7:10 {2}fields\.n\.description: is required/)
    assert.match(outcome.stdout, /3 problems/)
  })

  it('says the version of what is collected when the file is right', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    const outcome = await runUsage(home, ['project', 'check', path])
    assert.equal(outcome.code, 0)
    assert.match(
      outcome.stdout,
      /json:1:1 {2}no-more-info {2}the document: .*\nok {2}demo, collection version [0-9a-f]{8}\n1 warning\n$/,
    )
    const json = JSON.parse((await runUsage(home, ['project', 'check', path, '--json'])).stdout)
    assert.deepEqual([json.problems, json.warnings[0].code], [[], 'no-more-info'])
  })

  it('refuses to register what is not a project file (USAGE_PROJECT_FILE_INVALID)', async t => {
    const home = isolatedHome(t)
    const file = join(home.home, 'bad.json')
    writeFileSync(file, '{"project": "demo"')
    const outcome = await runUsage(home, ['project', 'add', file])
    assert.equal(outcome.code, 2)
    assert.match(outcome.stderr, /USAGE_PROJECT_FILE_INVALID: .*must be JSON/)
  })
})
