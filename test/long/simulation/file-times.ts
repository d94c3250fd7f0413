import {readdirSync, statSync, utimesSync} from 'node:fs'
import {join} from 'node:path'
import type {Person} from './person.ts'

/**
 * Gives files the time of the simulated world. The kernel stamps what is written with its own time; after each step
 * whatever bears a kernel's time gets that of the host that wrote it.
 */
export class FileTimes {
  /** Kernel time when the world began, as a file says it. */
  private readonly kernelStartMs: number
  /** Folders in folders, as they were when last looked at. */
  private readonly foldersIn = new Map<string, readonly string[]>()

  constructor(root: string) {
    this.kernelStartMs = statSync(root).mtimeMs - 1000
  }

  /** Stamps what changed in a person's state since the last call. */
  stamp(person: Person, nowMs: number): void {
    this.stampFolder(person.stateDirectory, nowMs)
  }

  private stampFolder(folder: string, nowMs: number): void {
    const stat = statSync(folder, {throwIfNoEntry: false})
    if (stat === undefined) return
    // Files are made under new names or renamed into place: a folder that did not change has no changed file.
    if (this.isKernels(stat.mtimeMs)) {
      const entries = readdirSync(folder, {withFileTypes: true})
      for (const entry of entries) if (!entry.isDirectory()) this.stampFile(join(folder, entry.name), nowMs)
      const inner = entries.filter(entry => entry.isDirectory()).map(({name}) => join(folder, name))
      this.foldersIn.set(folder, inner)
      setTime(folder, nowMs)
    }
    for (const inner of this.foldersIn.get(folder) ?? []) this.stampFolder(inner, nowMs)
  }

  private stampFile(path: string, nowMs: number): void {
    if (this.isKernels(statSync(path).mtimeMs)) setTime(path, nowMs)
  }

  private isKernels(timeMs: number): boolean {
    return timeMs >= this.kernelStartMs && timeMs < this.kernelStartMs + 86_400_000
  }
}

function setTime(path: string, nowMs: number): void {
  utimesSync(path, nowMs / 1000, nowMs / 1000)
}
