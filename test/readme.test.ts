import assert from 'node:assert/strict'
import {cpSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {type IsolatedHome, isolatedHome} from './support/isolated-home.ts'
import {repositoryPath} from './support/repository.ts'
import {freePort, openShell, readBlocks, stepsOf, withPort} from './support/typed-page.ts'

const readme = readFileSync(repositoryPath('README.md'), 'utf8')

/** What the transcript needs of a clone, with a port that is free here instead of 8080. */
function copyOfClone(home: IsolatedHome, port: number): string {
  cpSync(repositoryPath('examples'), join(home.home, 'examples'), {recursive: true})
  symlinkSync(repositoryPath('bin'), join(home.home, 'bin'))
  const file = join(home.home, 'examples', 'usage.project.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('127.0.0.1:8080', `127.0.0.1:${port}`))
  return home.home
}

describe('the README', () => {
  it('has a transcript that works when pasted into a clone', {timeout: 120_000}, async t => {
    const port = await freePort()
    const home = isolatedHome(t)
    const steps = readBlocks(withPort(readme, port)).flatMap(block =>
      block.language === 'console' ? stepsOf(block) : [],
    )
    assert.ok(steps.length >= 8)
    const type = openShell(t, home.environment, copyOfClone(home, port))
    for (const step of steps) await type(step)
  })

  it('has at most 100 lines', () => assert.ok(readme.split('\n').length <= 101))

  it('says on its first screen what is sent and how to opt out', () => {
    const firstScreen = readme.split('\n').slice(0, 40).join('\n')
    for (const words of ['What is sent', 'usage optout', 'DO_NOT_TRACK=1', 'HEATFLOW_TRACKING=false'])
      assert.ok(firstScreen.includes(words), words)
  })
})
