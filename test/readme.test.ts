import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {cpSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import type {AddressInfo} from 'node:net'
import {createServer} from 'node:net'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {eventually} from './support/eventually.ts'
import {type IsolatedHome, isolatedHome} from './support/isolated-home.ts'
import {repositoryPath} from './support/repository.ts'

const readme = readFileSync(repositoryPath('README.md'), 'utf8')

interface Step {
  readonly command: string
  /** Lines that the command prints; `…` stands for any text within a line, alone for any lines. */
  readonly expected: readonly string[]
}

/** The commands of a transcript, each with what it prints. */
function readTranscript(text: string): Step[] {
  const block = /```console\n([\s\S]*?)```/.exec(text)?.[1] ?? ''
  return block
    .split(/^\$ /m)
    .filter(part => part !== '')
    .map(part => {
      const [command = '', ...expected] = part.trimEnd().split('\n')
      return {command, expected}
    })
}

function toPattern(lines: readonly string[]): RegExp {
  const quote = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const patterns = lines.map(line => (line === '…' ? '(?:.*\\n)*?' : `${line.split('…').map(quote).join('.*')}\\n`))
  return new RegExp(`^${patterns.join('')}$`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** What the transcript needs of a clone, with a port that is free here instead of 8080. */
function copyOfClone(home: IsolatedHome, port: number): string {
  cpSync(repositoryPath('examples'), join(home.home, 'examples'), {recursive: true})
  symlinkSync(repositoryPath('bin'), join(home.home, 'bin'))
  const file = join(home.home, 'examples', 'usage.project.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('127.0.0.1:8080', `127.0.0.1:${port}`))
  return home.home
}

/** A shell that is typed into, as a person does. */
function openShell(t: TestContext, home: IsolatedHome, cwd: string) {
  const shell = spawn('bash', [], {cwd, env: home.environment, detached: true})
  t.after(() => {
    try {
      process.kill(-(shell.pid ?? 0), 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  })
  let output = ''
  const collect = (chunk: Buffer) => {
    output += chunk
  }
  shell.stdout.on('data', collect)
  shell.stderr.on('data', collect)
  let steps = 0
  return async ({command, expected}: Step): Promise<void> => {
    output = ''
    const marker = `-- step ${++steps} done --`
    shell.stdin.write(`${command}\necho '${marker}'\n`)
    const pattern = toPattern(expected)
    await eventually(() => {
      assert.ok(output.includes(marker), `${command} did not end: ${output}`)
      const printed = output.replace(`${marker}\n`, '').replace(/^\[\d+\].*\n/gm, '')
      assert.match(printed, pattern, command)
    })
  }
}

describe('the README', () => {
  it('has a transcript that works when pasted into a clone', {timeout: 120_000}, async t => {
    const port = await freePort()
    const home = isolatedHome(t)
    const steps = readTranscript(readme.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)).map(step =>
      step.command.startsWith('usage collect')
        ? {...step, command: step.command.replace(' &', ` --http 127.0.0.1:${port} &`)}
        : step,
    )
    assert.ok(steps.length >= 8)
    const type = openShell(t, home, copyOfClone(home, port))
    for (const step of steps) await type(step)
  })

  it('has at most 100 lines', () => assert.ok(readme.split('\n').length <= 101))

  it('says on its first screen what is sent and how to opt out', () => {
    const firstScreen = readme.split('\n').slice(0, 40).join('\n')
    for (const words of ['What is sent', 'usage optout', 'DO_NOT_TRACK=1', 'HEATFLOW_TRACKING=false'])
      assert.ok(firstScreen.includes(words), words)
  })
})
