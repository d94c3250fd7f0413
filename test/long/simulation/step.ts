import {subscribe} from 'node:diagnostics_channel'
import {cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {type FaultPoint, faultChannelName} from '../../../src/fault-points.ts'
import type {Person} from './person.ts'

/**
 * A process that may be killed. At the step of its death its disk is copied; whatever it does afterwards is undone by
 * putting that copy in the place of the disk, which is then what `kill -9` leaves.
 */
export class Mortal {
  /** The step at which it died, or null. */
  diedAt: FaultPoint | null = null
  private readonly person: Person
  private stepsLeft: number
  private readonly steps: FaultPoint[] = []
  private hang: () => void = () => {}
  /** Resolves when the process stands still for good: it asked for the network after its death. */
  readonly hung: Promise<void>

  /** @param stepsLeft named steps until it dies; null lives */
  constructor(person: Person, stepsLeft: number | null) {
    this.person = person
    this.stepsLeft = stepsLeft ?? Number.POSITIVE_INFINITY
    this.hung = new Promise(resolve => {
      this.hang = resolve
    })
  }

  get reached(): readonly FaultPoint[] {
    return this.steps
  }

  reach(point: FaultPoint): void {
    if (this.diedAt !== null) return
    this.steps.push(point)
    if (--this.stepsLeft >= 0) return
    this.diedAt = point
    if (existsSync(this.person.stateDirectory))
      cpSync(this.person.stateDirectory, this.copy, {recursive: true, preserveTimestamps: true})
  }

  /** Dies here, with the disk as it is: nothing that is awaited ever comes. */
  standStill(): Promise<never> {
    this.hang()
    return new Promise(() => {})
  }

  /** Puts the disk back to the moment of the death. */
  bury(): void {
    if (this.diedAt === null || !existsSync(this.copy)) return
    rmSync(this.person.stateDirectory, {recursive: true, force: true})
    renameSync(this.copy, this.person.stateDirectory)
  }

  private get copy(): string {
    return `${this.person.stateDirectory}.at-death`
  }
}

let current: Mortal | null = null

subscribe(faultChannelName, point => current?.reach(point as FaultPoint))

/** Lets a process work; the named steps that it reaches are its own. One at a time. */
export async function asProcess<T>(mortal: Mortal, work: () => Promise<T>): Promise<T | null> {
  const outer = current
  current = mortal
  try {
    return await Promise.race([work(), mortal.hung.then(() => null)])
  } finally {
    current = outer
    mortal.bury()
  }
}

/** Puts a file in the way of a folder for the time of some work: nothing can be written there. */
export async function withObstacle<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const aside = `${folder}.aside`
  const isThere = existsSync(folder)
  if (isThere) renameSync(folder, aside)
  mkdirSync(dirname(folder), {recursive: true})
  writeFileSync(folder, '')
  try {
    return await work()
  } finally {
    rmSync(folder, {force: true})
    if (isThere) renameSync(aside, folder)
  }
}
