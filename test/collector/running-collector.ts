import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import type {TestContext} from 'node:test'
import {type Collector, type CollectorOptions, openCollector} from '../../src/collector/collector.ts'
import type {Answer} from '../../src/protocol/report/answer.ts'
import {repositoryPath} from '../support/repository.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'
import {nowMs, writtenProject} from './samples.ts'

export interface Folders {
  readonly projectsDirectory: string
  readonly dataDirectory: string
}

/** Makes the two folders of a collector in a temporary folder. */
export function makeFolders(t: Pick<TestContext, 'after'>, projects: readonly object[] = [writtenProject()]): Folders {
  const directory = temporaryDirectory(t)
  const projectsDirectory = join(directory, 'projects')
  mkdirSync(projectsDirectory)
  for (const [index, project] of projects.entries())
    writeFileSync(join(projectsDirectory, `${index}.json`), JSON.stringify(project))
  return {projectsDirectory, dataDirectory: join(directory, 'data')}
}

/** Opens a collector on a free port. Its clock stands still. It closes when the test ends. */
export async function startCollector(
  t: Pick<TestContext, 'after'>,
  folders: Folders = makeFolders(t),
  changes: Partial<CollectorOptions> = {},
): Promise<Collector> {
  const collector = await openCollector({...folders, host: '127.0.0.1', port: 0, now: () => nowMs, ...changes})
  t.after(() => collector.close())
  return collector
}

export interface CollectorProcess {
  readonly http: string
  /** Kills it with SIGKILL, as a crash does, and resolves when it has ended. */
  kill(): Promise<void>
}

/** Runs a collector in a separate process, for tests that kill it. */
export async function spawnCollector(t: TestContext, folders: Folders): Promise<CollectorProcess> {
  const script = repositoryPath('test', 'collector', 'collector-process.ts')
  const child = spawn(process.execPath, [script, JSON.stringify(folders)], {stdio: ['ignore', 'pipe', 'inherit']})
  const exited = once(child, 'exit')
  t.after(() => child.kill('SIGKILL'))
  const [line] = await once(createInterface({input: child.stdout}), 'line')
  return {
    http: String(line),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export function post(http: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  return postTo(http, '/v1/reports', body, headers)
}

export async function postTo(
  http: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const content = body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(`${http}${path}`, {
    method: 'POST',
    headers: {'Content-Type': 'application/json', ...headers},
    body: content as string,
  })
  return {status: response.status, headers: response.headers, body: await response.json()}
}

/** Posts a report that must be accepted, and returns the answer. */
export async function postReport(http: string, report: object, headers: Record<string, string> = {}): Promise<Answer> {
  const {status, body} = await post(http, report, headers)
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`)
  return body as Answer
}

export const codeOf = (reply: Reply): string => (reply.body as {error: {code: string}}).error.code

export async function get(http: string, path: string, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(`${http}${path}`, {headers})
  return {status: response.status, headers: response.headers, body: await response.json()}
}
