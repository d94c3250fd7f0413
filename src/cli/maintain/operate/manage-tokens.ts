import {existsSync} from 'node:fs'
import {makeReadToken, type NewReadToken, type ReadToken} from '../../../collector/access/read-tokens.ts'
import type {StorePlace} from '../../../collector/store/place.ts'
import {UsageError} from '../../../errors.ts'
import {storedProject} from '../ask-stats.ts'

/** Throws a `UsageError` USAGE_STORE_UNREADABLE if the data folder is missing: a wrong path must not become a folder. */
export function requireDataFolder(dataDirectory: string): void {
  if (existsSync(dataDirectory)) return
  throw new UsageError('USAGE_STORE_UNREADABLE', `there is no data folder ${dataDirectory}`)
}

/** Makes a read token. Throws a coded error, also if the store has no such project. */
export async function makeToken(
  place: StorePlace,
  token: NewReadToken,
  nowMs: number,
): Promise<ReadToken & {readonly token: string}> {
  const {dataDirectory} = place
  requireDataFolder(dataDirectory)
  if (token.project !== null) await storedProject(place, token.project)
  return makeReadToken(dataDirectory, token, nowMs)
}
