import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {readdirSync} from 'node:fs'
import {createInterface} from 'node:readline'
import {test} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {repositoryPath} from '../support/repository.ts'

test('usage demo serves a dashboard full of data without a token, and leaves nothing behind', async t => {
  const {environment} = isolatedHome(t)
  const args = ['demo', '--http', '127.0.0.1:0', '--json']
  const child = spawn(process.execPath, [repositoryPath('bin', 'run.js'), ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const {http, events} = JSON.parse(line) as {http: string; events: number}
  assert.ok(events > 10_000)
  const page = await (await fetch(`${http}/`)).text()
  assert.match(page, /<h1><bdi>Heatflow<\/bdi><\/h1>/)
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
  assert.deepEqual(
    readdirSync(environment['TMPDIR']!).filter(name => name.startsWith('usage-demo-')),
    [],
  )
})
