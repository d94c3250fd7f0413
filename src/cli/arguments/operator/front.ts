import {readBasePath} from '../../../collector/receive/http/base-path.ts'
import {readProxies} from '../../../collector/receive/http/guard/sources.ts'
import type {Front} from '../../../collector/receive/http/server.ts'
import type {CollectSettings} from '../collect-settings.ts'

/** Reads how a collector stands on the internet. Throws a `UsageError` USAGE_WRONG_USE. */
export function readFront(settings: Pick<CollectSettings, 'host' | 'base-path' | 'trust-proxy'>): Front {
  return {
    hosts: listOf(settings.host),
    basePath: readBasePath(settings['base-path'] ?? ''),
    isProxy: readProxies(listOf(settings['trust-proxy'])),
  }
}

const listOf = (written: string | readonly string[] | undefined): readonly string[] =>
  written === undefined ? [] : typeof written === 'string' ? [written] : written
