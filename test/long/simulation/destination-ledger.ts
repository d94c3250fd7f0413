import assert from 'node:assert/strict'
import {existsSync, readFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {collectionVersion, type ProjectFile} from '../../../src/protocol/project-file.ts'
import type {Destination} from '../../../src/reporter/destination/destination.ts'
import {type Disk, type ReadFiles, readDisk} from './disk-view.ts'
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
  /** Damaged or unfinished files that stand in the buffer, by name. */
  readonly broken = new Map<string, 'garbage' | 'unfinished'>()
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

  /** Events that wait, as an opt-out counts them: a file that cannot be read counts as one. */
  countWaiting(): number {
    const files = [...this.disk.waiting].map(([name, ids]) => (this.broken.has(name) ? 1 : ids.length))
    const doomed = [...this.disk.doomed].map(([name]) => this.countDoomed(name))
    return [...files, ...doomed].reduce((sum, count) => sum + count, 0)
  }

  /** A file that cannot be read counts as one. */
  countDoomed(name: string): number {
    return this.broken.has(name) ? 1 : (this.disk.doomed.get(name)?.ids.length ?? 0)
  }

  /** Events that wait and can be read. */
  countReadable(): number {
    return [...this.disk.waiting].reduce((sum, [name, ids]) => sum + (this.broken.has(name) ? 0 : ids.length), 0)
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
    const now = this.waiting()
    const after = new Set(now)
    assert.equal(after.size, now.length, `${this.name}: an event waits in two files`)
    for (const id of after) assert.ok(this.made.has(id), `${this.name}: event ${id} waits and was never made`)
    const gone = [...before].filter(id => !after.has(id))
    for (const id of gone) this.explain(id)
    return {confirmed, refused, dropped, gone, arrived: [...after].filter(id => !before.has(id))}
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
