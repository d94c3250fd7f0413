import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {collectionVersion, parseProjectFile} from '../src/protocol/project/project-file.ts'
import {type Destination, destinationOf} from '../src/reporter/destination/destination.ts'

export const usageProgram: string = fileURLToPath(new URL('../bin/run.js', import.meta.url))

/** A temporary home for measuring, with a project that sends to an address and with consent. */
export interface Place {
  readonly home: string
  readonly environment: Readonly<Record<string, string>>
  readonly destination: Destination
  /** Removes waiting events and open runs, and delays the next try, so that the next command starts no sender. */
  holdSending(): void
  /** Removes waiting events, open runs and the delay, so that the next start or end starts a sender. */
  freeSending(): void
  remove(): void
}

export function makePlace(http: string): Place {
  const home = mkdtempSync(join(tmpdir(), 'usage-bench-'))
  const details = {format: {type: 'enum', values: ['nexus', 'ascii'], description: 'Format of the file'}}
  const document = {
    project: 'demo',
    name: 'Demo',
    contact: 'demo@example.org',
    purpose: ['How many people use Demo'],
    endpoint: {http},
    environmentVariable: 'DEMO_TRACKING',
    fields: {executors: {type: 'integer', min: 0, max: 1000, description: 'Count of executors used'}},
    features: {types: ['Algorithm', 'Feature'], names: ['Load.v1', 'Rebin.v1', 'Save.v1'], details},
  }
  const parsed = parseProjectFile(document)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const path = join(home, 'usage.project.json')
  writeFileSync(path, JSON.stringify(document))
  const destination = destinationOf(join(home, 'state'), parsed.value)
  const {paths, directory} = destination
  const clear = () => {
    for (const folder of [paths.waiting, paths.runs]) rmSync(folder, {recursive: true, force: true})
    for (const folder of [paths.waiting, paths.runs]) mkdirSync(folder, {recursive: true, mode: 0o700})
    for (const file of [paths.lock, paths.nextTry]) rmSync(file, {recursive: true, force: true})
  }
  return {
    home,
    destination,
    environment: {
      HOME: home,
      SHELL: '/bin/sh',
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      USAGE_STATE_DIR: dirname(directory),
      USAGE_CONFIG_DIR: join(home, 'config'),
      USAGE_PROJECT_FILE: path,
      USAGE_CONSENT: `demo@${collectionVersion(parsed.value)}`,
    },
    holdSending() {
      clear()
      const at = new Date().toISOString()
      const lastError = {at, reason: 'offline', message: 'held back for measuring'}
      const nextTryAt = new Date(Date.now() + 3_600_000).toISOString()
      writeFileSync(paths.nextTry, JSON.stringify({failures: 1, nextTryAt, lastError}))
    },
    freeSending: clear,
    // A sender may still be using the folder.
    remove: () => rmSync(home, {recursive: true, force: true, maxRetries: 5, retryDelay: 200}),
  }
}
