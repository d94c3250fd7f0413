import {readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import type {ProjectFile} from '../../../src/protocol/project/project-file.ts'
import {listFolder} from '../../../src/reporter/destination/destination.ts'
import type {DestinationLedger} from './destination-ledger.ts'
import {isFeatureDeclared, type Made} from './made.ts'
import type {Person} from './person.ts'

/** What a sender will do with what waits, as the contract says it: told before it runs. */
export interface Forecast {
  /** Events that go unsent, by reason; `damaged` counts lines. */
  readonly drops: Readonly<Record<string, number>>
  /** Those of them that a sender had counted before it was killed: they are counted once. */
  readonly known: Readonly<Record<string, number>>
  readonly sendable: ReadonlySet<string>
}

const maxFiles = 2000
const maxBytes = 10 * 1024 * 1024

/** Tells what a sender on a host with this clock finds to send, and what it has to drop. */
export function forecast(ledger: DestinationLedger, person: Person, project: ProjectFile, nowMs: number): Forecast {
  const [drops, known]: Record<string, number>[] = [{}, {}]
  const drop = (reason: string, count: number, into = drops): void => {
    if (count > 0) into![reason] = (into![reason] ?? 0) + count
  }
  const dropDamaged = (name: string): void => {
    drop('damaged', ledger.countDamagedIn(name))
    drop('damaged', ledger.drops.has(name, 'damaged') ? ledger.countDamagedIn(name) : 0, known)
  }
  for (const [name, {reason}] of ledger.disk.doomed) {
    drop(reason, ledger.countReadableIn(name))
    drop(reason, ledger.drops.has(name, reason) ? ledger.countReadableIn(name) : 0, known)
    dropDamaged(name)
  }
  const files = filesToClaim(ledger, nowMs)
  const overQuota = filesOverQuota(files)
  const sendable = new Set<string>()
  const notBeforeMs = person.yeses.get(project.project)?.notBeforeMs ?? null
  for (const [index, {name}] of files.entries()) {
    if (index >= overQuota && ledger.isYoung(name, nowMs)) continue
    dropDamaged(name)
    if (index < overQuota) {
      drop('quota', ledger.countReadableIn(name))
      continue
    }
    const lost = ledger.broken.get(name)?.lost
    for (const id of ledger.disk.waiting.get(name) ?? []) {
      if (id === lost) continue
      const reason = reasonToDrop(ledger.made.get(id)!, project, notBeforeMs, nowMs)
      if (reason === null) sendable.add(id)
      else {
        drop(reason, 1)
        drop(reason, ledger.drops.ids.get(id) === reason ? 1 : 0, known)
      }
    }
  }
  return {drops: drops!, known: known!, sendable}
}

/** New files, and those of senders that gave no sign of life for a minute by the clock of the one who looks. */
function filesToClaim({paths}: DestinationLedger, nowMs: number): {name: string; path: string}[] {
  const stale = listFolder(paths.sending)
    .map(claim => join(paths.sending, claim))
    .filter(claim => Math.abs(nowMs - statSync(claim).mtimeMs) > 60_000)
  return [paths.waiting, ...stale]
    .flatMap(folder =>
      (statSync(folder, {throwIfNoEntry: false}) ? readdirSync(folder) : []).map(name => ({
        name,
        path: join(folder, name),
      })),
    )
    .filter(({name}) => name.endsWith('.json') && !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** How many of the oldest files have to go: none within the quota, else as many as leave nine tenths of it. */
function filesOverQuota(files: readonly {path: string}[]): number {
  const sizes = files.map(({path}) => statSync(path).size)
  let bytes = sizes.reduce((sum, size) => sum + size, 0)
  if (files.length <= maxFiles && bytes <= maxBytes) return 0
  let dropped = 0
  while (files.length - dropped > maxFiles * 0.9 || bytes > maxBytes * 0.9) bytes -= sizes[dropped++]!
  return dropped
}

function reasonToDrop(made: Made, project: ProjectFile, notBeforeMs: number | null, nowMs: number): string | null {
  if (notBeforeMs !== null && made.claimedMs < notBeforeMs) return 'before-consent'
  if (made.claimedMs < nowMs - 30 * 86_400_000) return 'too-old'
  return isFeatureDeclared(made, project) ? null : 'undeclared-feature'
}
