import {statSync, utimesSync} from 'node:fs'
import {join} from 'node:path'
import {releaseClaim} from '../destination/buffer.ts'
import {type DestinationPaths, listFolder} from '../destination/destination.ts'
import {isCode} from '../world/files.ts'
import type {World} from '../world/world.ts'
import {staleLockSeconds} from './sender-lock.ts'

/** Returns stale claims to the buffer. A running sender renews the time of its claim before each report. */
export function returnStaleClaims(world: World, paths: DestinationPaths): void {
  for (const claim of listStaleClaims(world, paths)) releaseClaim(paths, claim)
}

/** The claims of senders that were killed. Writes nothing. */
export function listStaleClaims(world: World, paths: DestinationPaths): string[] {
  return listFolder(paths.sending)
    .map(name => join(paths.sending, name))
    .filter(claim => {
      const renewedAt = statSync(claim, {throwIfNoEntry: false})?.mtimeMs
      return renewedAt !== undefined && Math.abs(world.now() - renewedAt) > staleLockSeconds * 1000
    })
}

/** Renews the time of a claim. False: the claim was stale, and another sender has returned its files. */
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
