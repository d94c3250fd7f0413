import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {pathToFileURL} from 'node:url'
import {isolatedHome} from '../support/isolated-home.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'
import {readTree} from '../support/tree.ts'

const dist = `${pathToFileURL(repositoryPath('dist')).href}/`

/** Packages and built-in modules that a program loads by a text that imports, as Node.js resolves them. */
async function loadedBy(t: TestContext, name: string, text: string): Promise<string[]> {
  const home = isolatedHome(t, {USAGE_SENDER: '1'})
  writeFileSync(
    join(home.home, 'watch.mjs'),
    `import {registerHooks} from 'node:module'
const loaded = new Set()
registerHooks({resolve(specifier, context, next) {
  const found = next(specifier, context)
  loaded.add(found.url)
  return found
}})
process.on('exit', () => process.stdout.write(JSON.stringify([...loaded])))`,
  )
  writeFileSync(join(home.home, name), text)
  const outcome = await runProgram(home, [process.execPath, '--import', './watch.mjs', name])
  assert.deepEqual([outcome.code, outcome.stderr], [0, ''])
  const urls = JSON.parse(outcome.stdout) as string[]
  assert.ok(urls.length > 10)
  const own = [...new Set(urls)].filter(url => url.startsWith(dist)).map(url => url.slice(dist.length))
  assert.ok(own.length > 1 && own.length <= 6, own.join(' '))
  assert.deepEqual(
    own.filter(path => !/^(?:index\.js|oclif\/index\.js|library\/[^/]+)$/.test(path)),
    [],
  )
  return [...new Set(urls.map(url => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? url))]
}

const heavy = [
  'valibot',
  'got',
  'conf',
  '@oclif/core',
  'chalk',
  'fastify',
  'node-machine-id',
  'node:sqlite',
  'node:http',
  'node:net',
]
const index = JSON.stringify(repositoryPath('dist', 'index.js'))
const project = JSON.stringify(repositoryPath('examples', 'usage.project.json'))
const use = `const reporter = createReporter({project: ${project}})
reporter.start()
reporter.feature({name: 'Export.csv'})
reporter.end()`

describe('a program that counts itself', () => {
  for (const [name, text] of [
    ['program.mjs', `import {createReporter} from ${index}\n${use}`],
    ['program.cjs', `const {createReporter} = require(${index})\n${use}`],
  ] as const)
    it(`loads neither the command line nor the network, from start to end, as ${name}`, async t => {
      const loaded = await loadedBy(t, name, text)
      assert.deepEqual(
        loaded.filter(one => heavy.includes(one)),
        [],
      )
    })

  it('records nothing on a Node.js older than 22.13, and says so under USAGE_DEBUG alone', async t => {
    const preload = repositoryPath('test', 'support', 'pretend-old-node.cjs')
    const home = isolatedHome(t, {USAGE_SENDER: '1', USAGE_TEST_NODE: '20.20.2'})
    const text = `import {createReporter} from ${index}\n${use}\nconsole.log(reporter.start().reason)`
    writeFileSync(join(home.home, 'program.mjs'), text)
    const before = readTree(home.home)
    const run = (environment: Readonly<Record<string, string>>) =>
      runProgram(home, [process.execPath, '--require', preload, 'program.mjs'], {environment})
    const quiet = await run({})
    assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, 'node-too-old\n', ''])
    const line = 'usage: not recorded: Node.js must be version 22.13 or newer, got 20.20.2\n'
    assert.equal((await run({USAGE_DEBUG: '1'})).stderr, line)
    assert.deepEqual(readTree(home.home), before)
  })

  it('loads nothing of oclif by the hooks for it', async t => {
    const hooks = JSON.stringify(repositoryPath('dist', 'oclif', 'index.js'))
    const loaded = await loadedBy(t, 'program.mjs', `import ${hooks}`)
    assert.deepEqual(
      loaded.filter(one => heavy.includes(one)),
      [],
    )
  })
})
