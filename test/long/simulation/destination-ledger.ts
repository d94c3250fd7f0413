import assert from 'node:assert/strict'
import {existsSync, readFileSync, statSync} from 'node:fs'
import {basename, join} from 'node:path'
import {collectionVersion, type ProjectFile} from '../../../src/protocol/project/project-file.ts'
import type {Destination} from '../../../src/reporter/destination/destination.ts'
import {type Disk, isBrokenContent, type ReadFiles, readDisk} from './disk-view.ts'
import {DropBook} from './drop-book.ts'
import {describe, type Made, type TrueHeader} from './made.ts'

/** A run that is open on a person's disk. */
export interface OpenRun {
  readonly hostName: string
  readonly bootId: string
  readonly startedAtMs: number
  readonly startedClaimedMs: number
  readonly header: TrueHeader
}

/** A file whose last line is damaged. */
export interface Broken {
  /** The line has no end, so that somebody may still be writing it. */
  readonly isUnfinished: boolean
  /** The event of that line, or null if it never was one. */
  readonly lost: string | null
}

/** What left the waiting files within one step, and by which door. */
export interface Movement {
  readonly confirmed: readonly string[]
  readonly refused: readonly string[]
  readonly dropped: Readonly<Record<string, number>>
  readonly arrived: readonly string[]
  readonly gone: readonly string[]
}

/** The books on one destination of one person: each event that was made, and where it is. */
export class DestinationLedger {
  readonly project: string
  readonly directory: string
  readonly paths: Destination['paths']
  readonly made = new Map<string, Made>()
  /** Ids that the collector is known to have, by the log of this machine. */
  readonly confirmed = new Set<string>()
  readonly refused = new Set<string>()
  /** What waited when a no was met, or came from before a yes after a no. */
  readonly voided = new Set<string>()
  /** Events of a step that was killed, or whose disk failed: they may be counted by two doors, never by none. */
  readonly doubtful = new Set<string>()
  readonly openRuns = new Map<string, OpenRun>()
  /** Notices that were shown, by version of what is collected. */
  readonly notices = new Map<string, {shownMs: number; pid: number | undefined; startTime: string | null | undefined}>()
  readonly opened = new Set<string>()
  /** Files in the buffer whose last line is damaged or unfinished, by name. */
  readonly broken = new Map<string, Broken>()
  /** Whether the last attempt to send failed. */
  isFailing = false
  /** Whether a sender was killed or a disk refused: what is kept of failures may then be older than the last attempt. */
  wasDisturbed = false
  /** Events told twice: dropped or refused and also confirmed. Only after a kill or a failing disk. */
  told = 0
  disk: Disk
  readonly drops: DropBook
  private readonly person: string
  private readonly files: ReadFiles = {drops: new Map(), logs: new Map()}
  private readonly knownLog = new Set<string>()

  constructor(person: string, {project, directory, paths}: Destination) {
    this.person = person
    this.project = project.project
    this.directory = directory
    this.paths = paths
    this.drops = new DropBook(this)
    this.disk = readDisk(paths, {waiting: new Map(), doomed: new Map()}, this.files)
  }

  get name(): string {
    return `${this.person}'s ${basename(this.directory)}`
  }

  /** The version of what is collected that the project file beside the events says. */
  rememberedVersion(): string {
    return collectionVersion(JSON.parse(readFileSync(this.paths.project, 'utf8')) as ProjectFile)
  }

  /** Events that wait, and damaged lines: an opt-out drops both. */
  countWaiting(): number {
    const names = [...this.disk.waiting.keys(), ...this.disk.doomed.keys()]
    return names.reduce((sum, name) => sum + this.countReadableIn(name) + this.countDamagedIn(name), 0)
  }

  /** Events of a file, which waits or is being dropped, that can be read. */
  countReadableIn(name: string): number {
    const ids = this.disk.waiting.get(name) ?? this.disk.doomed.get(name)?.ids ?? []
    return ids.filter(id => id !== this.broken.get(name)?.lost).length
  }

  countDamagedIn(name: string): number {
    return this.broken.has(name) ? 1 : 0
  }

  /** Events that wait and can be read: of a file that may not be finished yet, none. */
  countReadable(nowMs: number): number {
    return [...this.disk.waiting.keys()].reduce((sum, name) => {
      return sum + (this.isYoung(name, nowMs) ? 0 : this.countReadableIn(name))
    }, 0)
  }

  isYoung(name: string, nowMs: number): boolean {
    const path = this.disk.paths.get(name)
    if (this.broken.get(name)?.isUnfinished !== true || path === undefined) return false
    return nowMs - (statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? 0) < 60_000
  }

  /** Different events in those entries of the log that are still kept: thirty days, some megabytes. */
  countLogged(): number {
    return new Set([...this.disk.log.values()].flat()).size
  }

  isInNew(name: string): boolean {
    return existsSync(join(this.paths.waiting, name))
  }

  waiting(): string[] {
    return [...this.disk.waiting.values()].flat()
  }

  /**
   * Looks at the disk after a step and writes into the books where each event went. Fails when an event went nowhere,
   * came from nowhere or is in two files.
   */
  observe(): Movement {
    const before = new Set(this.waiting())
    const contents = this.disk
    const disk = readDisk(this.paths, contents, this.files)
    const dropped = this.drops.book(disk, contents)
    const confirmed = this.bookLog(disk)
    const refused = [...disk.refused].filter(id => !this.refused.has(id))
    for (const id of refused) this.refused.add(id)
    this.disk = disk
    for (const name of this.broken.keys()) if (!this.isBroken(name)) this.broken.delete(name)
    const now = this.waiting()
    const after = new Set(now)
    assert.equal(after.size, now.length, `${this.name}: an event waits in two files`)
    for (const id of after) assert.ok(this.made.has(id), `${this.name}: event ${id} waits and was never made`)
    const gone = [...before].filter(id => !after.has(id))
    for (const id of gone) this.explain(id)
    return {confirmed, refused, dropped, gone, arrived: [...after].filter(id => !before.has(id))}
  }

  /** A sender has taken the damaged line out of a file that waits on. */
  private isBroken(name: string): boolean {
    const path = this.disk.paths.get(name)
    return path === undefined ? this.disk.doomed.has(name) : isBrokenContent(readFileSync(path, 'utf8'))
  }

  /** An event that waits no more is in one other place. */
  private explain(id: string): void {
    const made = this.made.get(id)!
    const isDoomed = [...this.disk.doomed.values()].some(({ids}) => ids.includes(id))
    const isCounted = this.drops.ids.has(id) || isDoomed
    const places = [this.confirmed.has(id), this.refused.has(id), isCounted].filter(Boolean).length
    assert.ok(places > 0, `lost in silence: ${describe(made)}`)
    if (places === 1) return
    assert.ok(this.doubtful.has(id), `counted in ${places} places: ${describe(made)}`)
    this.told += places - 1
  }

  private bookLog(disk: Disk): string[] {
    const confirmed: string[] = []
    for (const [name, ids] of disk.log) {
      if (this.knownLog.has(name)) continue
      this.knownLog.add(name)
      confirmed.push(...ids)
      for (const id of ids) this.confirmed.add(id)
    }
    return confirmed
  }

  /** At the end every event is in exactly one place, or in two where a kill came between. */
  settle(): void {
    const waiting = new Set([...this.waiting(), ...[...this.disk.doomed.values()].flatMap(({ids}) => ids)])
    for (const [id, made] of this.made) {
      const places = [waiting.has(id), this.confirmed.has(id), this.refused.has(id), this.drops.ids.has(id)]
      const count = places.filter(Boolean).length
      assert.ok(count > 0, `lost in silence: ${describe(made)}`)
      assert.ok(count === 1 || this.doubtful.has(id), `counted in ${count} places: ${describe(made)}`)
    }
  }
}
