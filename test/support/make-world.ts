import {randomBytes} from 'node:crypto'
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import type {TestContext} from 'node:test'
import type {Environment} from '../../src/reporter/world/environment.ts'
import type {Caller, Processes} from '../../src/reporter/world/processes.ts'
import type {World} from '../../src/reporter/world/world.ts'
import {compileCache} from './compile-cache.ts'
import {temporaryDirectory} from './temporary-directory.ts'

/** A world in a temporary directory. A test can change its clock, environment and processes at any time. */
export interface TestWorld extends World {
  /** The parent of the three folders; nothing else is in it. */
  readonly directory: string
  environment: Environment
  /** Does not move by itself. Starts at the real time, because files have real times. */
  readonly clock: {now: number; monotonicSeconds: number}
  readonly place: {bootId: string | null; pidNamespace: string | null; callers: readonly Caller[]}
  /** Moves both clocks forward. */
  pass(seconds: number): void
}

export const caller = (pid: number, isSessionLeader = false, startTime: string | null = `${pid}0`): Caller => ({
  pid,
  startTime,
  isSessionLeader,
})

/** Makes a world without any decision about consent. Its folders do not exist yet. */
export function makeWorld(t: Pick<TestContext, 'after'>, changes: Partial<World> = {}): TestWorld {
  const directory = temporaryDirectory(t)
  const clock = {now: Date.now(), monotonicSeconds: 1000}
  const place: TestWorld['place'] = {
    bootId: 'boot-a',
    pidNamespace: 'pid:[1]',
    callers: [caller(300), caller(200), caller(100, true), caller(1, true)],
  }
  const variables: Record<string, string | undefined> = {...compileCache}
  return {
    directory,
    clock,
    place,
    pass(seconds: number) {
      clock.now += seconds * 1000
      clock.monotonicSeconds += seconds
    },
    // Always the same object, because a reporter keeps a reference to it.
    get environment(): Environment {
      return variables
    },
    set environment(environment) {
      for (const name of Object.keys(variables)) delete variables[name]
      Object.assign(variables, compileCache, environment)
    },
    stateDirectory: join(directory, 'state'),
    configDirectory: join(directory, 'config'),
    lostFolders: [],
    siteDirectory: join(directory, 'site'),
    hostName: 'host-a',
    now: () => clock.now,
    monotonicSeconds: () => clock.monotonicSeconds,
    random: randomBytes,
    processes: (): Processes => ({...place}),
    isShell: () => true,
    machineId: () => '6f1c'.repeat(8),
    ...changes,
  }
}

/** Makes a folder of the world, so that a test can put files into it. */
export function makeFolder(...parts: string[]): string {
  const path = join(...parts)
  mkdirSync(path, {recursive: true})
  return path
}
