import {randomUUID} from 'node:crypto'
import {mkdirSync, readdirSync, statSync} from 'node:fs'
import {type FileHandle, open, readFile, rename, unlink} from 'node:fs/promises'
import {join} from 'node:path'
import {messageOf, UsageError} from '../../../errors.ts'
import {reach} from '../../../fault-points.ts'
import {syncFolder} from '../sqlite/copy/sync-files.ts'
import type {Batch} from '../store.ts'
import {type DecodedRecords, decodeRecords, encodeRecord} from './records.ts'

/** A block of batches that is shipped as a whole. Its file never changes again. */
export interface Block {
  /** A UUID: the same on every try. */
  readonly id: string
  readonly path: string
  readonly bytes: number
  /** Unix milliseconds of its first batch. */
  readonly sinceMs: number
}

/** The files of a spool. One process uses them. */
export interface Blocks {
  /**
   * Writes batches into the block that is being filled. Resolves when they are on disk. Rejects with a `UsageError`, and
   * then keeps none of them: USAGE_SPOOL_FULL, USAGE_STORE_UNWRITABLE.
   */
  append(batches: readonly Batch[]): Promise<void>
  /** Ends the block that is being filled, if it has batches, so that it can be shipped. */
  seal(): Promise<void>
  /** The oldest block that can be shipped. Null: none. */
  oldest(): Block | null
  /** The newest block that can be shipped. Null: none. */
  newest(): Block | null
  /** When the block that is being filled got its first batch, Unix milliseconds. Null: it is empty. */
  fillingSinceMs(): number | null
  read(block: Block): Promise<DecodedRecords>
  /** Deletes a block that was shipped. */
  remove(block: Block): Promise<void>
  /** Moves a block out of the way. It is kept, and not shipped. */
  setAside(block: Block): Promise<void>
  /** Bytes of all blocks, without those that were set aside. */
  bytes(): number
  /** Number of blocks that can be shipped. */
  count(): number
  close(): Promise<void>
}

export interface BlockRules {
  /** The most bytes of all blocks. */
  readonly maxBytes: number
  /** Events after which a block is ended. */
  readonly blockEvents: number
  /** Bytes after which a block is ended: a reader has all of it in memory. */
  readonly blockBytes: number
  /** Unix milliseconds. */
  readonly now: () => number
}

interface Filling extends Block {
  readonly file: FileHandle
  bytes: number
  events: number
}

const nameForm = /^(\d{12})-([\da-f-]{36})\.block$/
const asideName = 'refused'

/** Opens the spool of a folder, which is made if it is missing. Blocks that an earlier process left are shipped first. */
export function openBlocks(folder: string, {maxBytes, blockEvents, blockBytes, now}: BlockRules): Blocks {
  mkdirSync(join(folder, asideName), {recursive: true, mode: 0o700})
  const sealed = listBlocks(folder)
  let total = sealed.reduce((sum, {bytes}) => sum + bytes, 0)
  let sequence = sealed.reduce((most, {path}) => Math.max(most, sequenceOf(path)), 0)
  let filling: Filling | null = null
  let last: Promise<unknown> = Promise.resolve()

  /** One change of the block that is being filled at a time. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }

  async function begin(): Promise<Filling> {
    const id = randomUUID()
    const path = join(folder, `${String(++sequence).padStart(12, '0')}-${id}.block`)
    const file = await open(path, 'ax', 0o600)
    syncFolder(folder)
    return {id, path, file, bytes: 0, events: 0, sinceMs: now()}
  }

  async function end(): Promise<void> {
    if (filling === null) return
    const {file, events: _, ...block} = filling
    filling = null
    await file.close()
    // A block whose only write failed is empty.
    if (block.bytes > 0) sealed.push(block)
    else await unlink(block.path)
  }

  async function write(bytes: Buffer, events: number): Promise<void> {
    filling ??= await begin()
    try {
      await filling.file.appendFile(bytes)
      await filling.file.datasync()
    } catch (error) {
      // What is behind the last complete write must never be shipped: its sender was told to send it again.
      await filling.file.truncate(filling.bytes).catch(() => undefined)
      await end()
      throw error
    }
    filling.bytes += bytes.length
    filling.events += events
    total += bytes.length
    reach('spool: batches on disk')
    if (filling.events >= blockEvents || filling.bytes >= blockBytes) await end()
  }

  const forget = (block: Block): void => {
    sealed.splice(sealed.indexOf(block), 1)
    total -= block.bytes
  }

  return {
    append: batches =>
      inTurn(async () => {
        const bytes = Buffer.concat(batches.map(encodeRecord))
        if (total + bytes.length > maxBytes)
          throw new UsageError('USAGE_SPOOL_FULL', `${total} bytes wait for the store, at most ${maxBytes} may`)
        try {
          await write(bytes, countEvents(batches))
        } catch (cause) {
          const {code} = cause as NodeJS.ErrnoException
          throw new UsageError('USAGE_STORE_UNWRITABLE', `the spool cannot be written: ${code ?? messageOf(cause)}`, {
            cause,
          })
        }
      }),
    seal: () => inTurn(end),
    oldest: () => sealed[0] ?? null,
    newest: () => sealed.at(-1) ?? null,
    fillingSinceMs: () => (filling === null || filling.bytes === 0 ? null : filling.sinceMs),
    read: async ({path, bytes}) => decodeRecords((await readFile(path)).subarray(0, bytes)),
    async remove(block) {
      await unlink(block.path)
      forget(block)
    },
    async setAside(block) {
      await rename(block.path, join(folder, asideName, block.path.slice(folder.length + 1)))
      forget(block)
    },
    bytes: () => total,
    count: () => sealed.length,
    close: () => inTurn(end),
  }
}

const countEvents = (batches: readonly Batch[]): number =>
  batches.reduce((sum, {events, pending = []}) => sum + events.length + pending.length, 0)

const sequenceOf = (path: string): number => Number(nameForm.exec(path.slice(path.lastIndexOf('/') + 1))?.[1])

/** The blocks that an earlier process left, the oldest first. */
function listBlocks(folder: string): Block[] {
  return readdirSync(folder)
    .flatMap(name => {
      const id = nameForm.exec(name)?.[2]
      if (id === undefined) return []
      const path = join(folder, name)
      const {size, birthtimeMs} = statSync(path)
      return [{id, path, bytes: size, sinceMs: birthtimeMs}]
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}
