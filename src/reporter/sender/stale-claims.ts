import {statSync, utimesSync} from 'node:fs'
import {join} from 'node:path'
import {releaseClaim} from '../destination/buffer.ts'
import {type DestinationPaths, listFolder} from '../destination/destination.ts'
import {isCode} from '../world/files.ts'
import type {World} from '../world/world.ts'
import {staleLockSeconds} from './sender-lock.ts'

/** Gives back what senders had claimed that are gone: a live one renews the time of its claim before each report. */
export function returnStaleClaims(world: World, paths: DestinationPaths): void {
  for (const name of listFolder(paths.sending)) {
    const claim = join(paths.sending, name)
    const renewedAt = statSync(claim, {throwIfNoEntry: false})?.mtimeMs
    if (renewedAt === undefined) continue
    if (Math.abs(world.now() - renewedAt) > staleLockSeconds * 1000) releaseClaim(paths, claim)
  }
}

/** Says that the sender with this claim still lives. False: it was taken for gone, and its files were given back. */
export function renewClaim(world: World, claim: string): boolean {
  const now = new Date(world.now())
  try {
    utimesSync(claim, now, now)
    return true
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false
    throw error
  }
}
