import {join} from 'node:path'
import type {Caller} from '../../../src/reporter/world/processes.ts'
import type {TrueClock} from './agenda.ts'
import type {Dice} from './dice.ts'

/** A machine: its name, its clock that may be wrong, its boots and its process ids. */
export class Host {
  readonly name: string
  /** Null on an image without one. */
  readonly machineId: string | null
  readonly siteDirectory: string
  bootId: string
  /** Whether the administrator's file says no. */
  isSiteOff = false
  /** Counts how often the clock was set: between two settings it runs straight on. */
  clockSettings = 0
  private readonly time: TrueClock
  private readonly dice: Dice
  private bootedAtMs: number
  private offsetMs = 0
  private driftPerMs: number
  private driftsSinceMs: number
  private lastPid = 300

  constructor(parts: {name: string; machineId: string | null; root: string; time: TrueClock; dice: Dice}) {
    this.name = parts.name
    this.machineId = parts.machineId
    this.siteDirectory = join(parts.root, 'sites', parts.name)
    this.time = parts.time
    this.dice = parts.dice
    this.bootedAtMs = parts.time.nowMs
    this.driftsSinceMs = parts.time.nowMs
    // Up to 50 ppm: four seconds a day.
    this.driftPerMs = (parts.dice.below(101) - 50) / 1e6
    this.bootId = this.newBootId()
  }

  /** What this machine takes for the time. */
  now(): number {
    return Math.round(this.time.nowMs + this.offsetMs + this.driftPerMs * (this.time.nowMs - this.driftsSinceMs))
  }

  monotonicSeconds(): number {
    return (this.time.nowMs - this.bootedAtMs) / 1000
  }

  /** Sets the clock wrong by so much; 0 sets it right. */
  setClock(offsetMs: number): void {
    this.offsetMs = offsetMs
    this.driftsSinceMs = this.time.nowMs
    this.clockSettings++
  }

  /** Ends all processes; monotonic time and process ids begin anew. */
  reboot(): void {
    this.bootedAtMs = this.time.nowMs
    this.bootId = this.newBootId()
    this.lastPid = 300
  }

  /** A new process. */
  spawn(isSessionLeader = false): Caller {
    const startTime = String(Math.round(this.monotonicSeconds() * 100))
    return {pid: ++this.lastPid, startTime, isSessionLeader}
  }

  private newBootId(): string {
    return Buffer.from(this.dice.bytes(16)).toString('hex')
  }
}
