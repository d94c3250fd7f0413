import assert from 'node:assert/strict'
import type {DestinationLedger} from './destination-ledger.ts'
import type {Disk, DropEntry} from './disk-view.ts'

/** What was dropped for one destination and why, as its files say it, each looked at when it is new. */
export class DropBook {
  /** Why each dropped event was dropped. */
  readonly ids = new Map<string, string>()
  readonly totals: Record<string, number> = {}
  private readonly ledger: Pick<DestinationLedger, 'name' | 'made' | 'broken' | 'doubtful'>
  private readonly known = new Map<string, DropEntry>()
  /** Entries that a sum has replaced. */
  private readonly summed = new Set<string>()

  constructor(ledger: DropBook['ledger']) {
    this.ledger = ledger
  }

  /** Whether the drop of a buffer file is counted already. */
  has(file: string, reason: string): boolean {
    return this.known.has(`${file.slice(0, -'.json'.length)}.${reason}.json`)
  }

  /** Books what is new among the drops, and gives it by reason. `before`: the disk when it was looked at last. */
  book(disk: Disk, before: Disk): Record<string, number> {
    const added: Record<string, number> = {}
    this.takeBack(disk)
    for (const [name, entry] of disk.drops) {
      if (this.known.has(name)) continue
      this.known.set(name, entry)
      if (entry.kind === 'sum') this.checkSum(name, entry, disk)
      if (entry.kind === 'sum') continue
      added[entry.reason] = (added[entry.reason] ?? 0) + entry.count
      this.totals[entry.reason] = (this.totals[entry.reason] ?? 0) + entry.count
      this.attribute(name, entry, before)
    }
    return added
  }

  /** What was on its way when a no removed it, and has arrived, is no longer counted as opted out. */
  private takeBack({drops}: Disk): void {
    const replaced = new Set([...drops.values()].flatMap(entry => (entry.kind === 'sum' ? entry.replaces : [])))
    for (const [name, entry] of this.known) {
      if (!name.endsWith('.opted-out.json') || entry.kind === 'sum' || replaced.has(name) || this.summed.has(name))
        continue
      const now = drops.get(name)
      const left = now?.kind === 'drop' ? now.count : 0
      if (left === entry.count) continue
      this.totals[entry.reason]! -= entry.count - left
      this.ids.delete(name.slice(0, -'.opted-out.json'.length).toLowerCase())
      if (left === 0) this.known.delete(name)
      else this.known.set(name, {...entry, count: left})
    }
  }

  /** A file's events go together: with an opt-out, or over the quota; one event goes for its own reason. */
  private attribute(name: string, {reason, count}: Extract<DropEntry, {kind: 'drop'}>, before: Disk): void {
    if (reason === 'undeclared-field') return
    const id = name.slice(0, -`.${reason}.json`.length)
    const file = before.waiting.get(`${id}.json`) ?? before.doomed.get(`${id}.json`)?.ids
    const isWhole = ['quota', 'opted-out'].includes(reason)
    const lost = this.ledger.broken.get(`${id}.json`)?.lost ?? null
    const damaged = lost === null ? [] : [lost]
    const ids =
      reason === 'damaged'
        ? damaged
        : isWhole && file !== undefined
          ? file.filter(one => one !== lost)
          : [id.toLowerCase()]
    const isRead = isWhole && file !== undefined
    const isSure = isRead && !ids.some(one => this.ledger.doubtful.has(one))
    if (isSure) assert.equal(count, ids.length, `${this.ledger.name}: how many events of ${id}.json were dropped`)
    for (const one of ids) if (this.ledger.made.has(one)) this.ids.set(one, reason)
  }

  private checkSum(name: string, {counts, replaces}: Extract<DropEntry, {kind: 'sum'}>, {drops}: Disk): void {
    const expected: Record<string, number> = {}
    for (const replaced of replaces) {
      this.summed.add(replaced)
      const entry = this.known.get(replaced) ?? drops.get(replaced)
      assert.ok(entry !== undefined, `${this.ledger.name}: ${name} replaces ${replaced}, which nobody saw`)
      for (const [reason, count] of entry.kind === 'sum'
        ? Object.entries(entry.counts)
        : ([[entry.reason, entry.count]] as const))
        expected[reason] = (expected[reason] ?? 0) + count
    }
    assert.deepEqual(counts, expected, `${this.ledger.name}: the sum ${name} is wrong`)
  }
}
