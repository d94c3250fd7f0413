import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import type {AddressInfo} from 'node:net'
import {createServer} from 'node:net'
import {posix} from 'node:path'
import type {TestContext} from 'node:test'
import {eventually} from './eventually.ts'

/** One command of a page, as a reader types it. */
export interface Step {
  readonly command: string
  /** Lines that the command prints; `…` stands for any text within a line, alone for any lines. */
  readonly expected: readonly string[]
}

/** A block of code of a page. */
export interface Block {
  readonly language: string
  readonly text: string
  /** The file that the reader writes: the code at the end of the line before the block, as in "Write `job.sh`:". */
  readonly file: string | null
}

/** The blocks of code of a page, in its order. */
export function readBlocks(page: string): Block[] {
  return [...page.matchAll(/^(.*)\n+```(\w*)\n([\s\S]*?)^```$/gm)].map(([, before = '', language = '', text = '']) => ({
    language,
    text,
    file: /`([^`]+)`:$/.exec(before)?.[1] ?? null,
  }))
}

/** The commands of a transcript, each with what it prints. A line that begins with `> ` continues a command. */
export function readTranscript(text: string): Step[] {
  return text
    .split(/^\$ /m)
    .filter(part => part !== '')
    .map(part => {
      const [command = '', ...lines] = part.trimEnd().split('\n')
      const more = lines.findIndex(line => !line.startsWith('> '))
      const continued = lines.slice(0, more === -1 ? lines.length : more).map(line => line.slice(2))
      return {command: [command, ...continued].join('\n'), expected: lines.slice(continued.length)}
    })
}

/** What a reader does with a block: writes its file, or types its commands. */
export function stepsOf({language, text, file}: Block): Step[] {
  if (language === 'console') return readTranscript(text)
  assert.ok(file !== null, `a block of ${language} is neither a transcript nor a named file:\n${text}`)
  return [
    {command: `mkdir -p ${posix.dirname(file)} && cat >${file} <<'END OF FILE'\n${text}END OF FILE`, expected: []},
  ]
}

function toPattern(lines: readonly string[]): RegExp {
  const quote = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const patterns = lines.map(line => (line === '…' ? '(?:.*\\n)*?' : `${line.split('…').map(quote).join('.*')}\\n`))
  return new RegExp(`^${patterns.join('')}$`)
}

/** A port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A page or a step with a port that is free here, instead of 8080. */
export const withPort = (page: string, port: number): string =>
  page
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)
    .replace(/^(\$ usage collect .*) &$/gm, `$1 --http 127.0.0.1:${port} &`)

/** Opens a shell that is typed into, as a person does. The function that it returns types a step and checks the output. */
export function openShell(
  t: Pick<TestContext, 'after'>,
  environment: Readonly<Record<string, string>>,
  cwd: string,
  [program, ...args]: readonly [string, ...string[]] = ['bash'],
): (step: Step) => Promise<void> {
  const shell = spawn(program, args, {cwd, env: environment, detached: true})
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
  return async ({command, expected}) => {
    output = ''
    const marker = `-- step ${++steps} done --`
    shell.stdin.write(`${command}\necho '${marker}'\n`)
    const pattern = toPattern(expected)
    await eventually(() => {
      assert.ok(output.includes(marker), `${command} did not end: ${output}`)
      const printed = output.replace(`${marker}\n`, '').replace(/^\[\d+\].*\n/gm, '')
      // What a collector in the background logs comes at any time.
      if (!pattern.test(printed.replace(/^\{"level":.*\n/gm, ''))) assert.match(printed, pattern, command)
    })
  }
}
