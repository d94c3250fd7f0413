import {existsSync} from 'node:fs'
import {basename} from 'node:path'
import {reach} from '../../fault-points.ts'
import type {BufferedEvent} from '../../protocol/report/buffered-event.ts'
import {type BufferFile, settleFile} from '../destination/buffer.ts'

/** The events of a claim that are neither confirmed nor set aside yet, and the files that contain them. */
export class ClaimedEvents {
  private readonly files: {file: BufferFile; remaining: readonly BufferedEvent[]}[]

  constructor(files: readonly BufferFile[]) {
    this.files = files.map(file => ({file, remaining: file.events}))
  }

  get events(): BufferedEvent[] {
    return this.files.flatMap(({remaining}) => remaining)
  }

  find(ids: readonly string[]): BufferedEvent[] {
    const wanted = new Set(ids)
    return this.events.filter(event => wanted.has(event.id.toLowerCase()))
  }

  /**
   * Settles events in their files.
   *
   * @returns the files that are gone because the user opted out meanwhile, each with its count of these events
   */
  settle(ids: readonly string[]): {readonly id: string; readonly count: number}[] {
    const gone: {id: string; count: number}[] = []
    const settled = new Set(ids.map(id => id.toLowerCase()))
    for (const entry of this.files) {
      const remaining = entry.remaining.filter(event => !settled.has(event.id.toLowerCase()))
      if (remaining.length === entry.remaining.length) continue
      const count = entry.remaining.length - remaining.length
      if (existsSync(entry.file.path)) settleFile(entry.file, remaining)
      else gone.push({id: basename(entry.file.path, '.json'), count})
      entry.remaining = remaining
      reach('report: settled in one file')
    }
    return gone
  }
}
