import type {FastifyRequest} from 'fastify'
import * as v from 'valibot'
import {UsageError} from '../../../errors.ts'
import {hasSecret} from '../../access/tokens.ts'
import {oldIds, readOrMakeOldIdSecret} from '../../compat/old-ids.ts'
import {importFormats, isImportTime} from '../../history/format.ts'
import {type StoredCounts, storeRecords} from '../../history/store-records.ts'
import type {GroupCommit} from '../../intake/group-commit.ts'
import {findProject, type Projects} from '../../intake/projects.ts'
import type {StorePart} from '../../store/parts.ts'
import type {Batch, Store} from '../../store/store.ts'
import {readOwnBody} from './body/read-body.ts'

export interface ImportParts {
  readonly projects: Projects
  readonly groupCommit: Pick<GroupCommit, 'write'>
  /** Unix milliseconds. */
  readonly now: () => number
  /** The data folder, and the SHA-256 of the secret in it. The secret permits an import. */
  readonly folder: {
    readonly dataDirectory: string
    readonly secretSha256: Uint8Array
    readonly restore: Store['restore']
  }
}

const body = v.object({
  format: v.picklist(importFormats),
  at: v.pipe(v.number(), v.integer()),
  records: v.array(v.object({line: v.number(), text: v.string(), occurrence: v.optional(v.number(), 1)})),
})

/** Stores records for a `usage import`, because this collector holds the store's lock. Rejects with a `UsageError`. */
export async function receiveImport(request: FastifyRequest, id: string, parts: ImportParts): Promise<StoredCounts> {
  const {projects, groupCommit, folder} = parts
  if (!hasSecret(request.headers.authorization, folder.secretSha256))
    throw new UsageError('USAGE_TOKEN_WRONG', 'the secret of the data folder is required')
  const project = findProject(projects, id)
  const {value, bytes} = await readOwnBody(request)
  const read = v.safeParse(body, value)
  const nowMs = parts.now()
  if (!read.success || !isImportTime(read.output.at, nowMs))
    throw new UsageError('USAGE_REPORT_UNPARSABLE', 'must contain records to import, with a time between 1970 and now')
  const {format, at, records} = read.output
  const ids = oldIds(readOrMakeOldIdSecret(folder.dataDirectory))
  const write = (batches: readonly Batch[]) => {
    const share = Math.ceil(bytes / batches.length)
    return Promise.all(batches.map(batch => groupCommit.write(batch, share)))
  }
  const restore = (part: StorePart): Promise<void> => folder.restore(project.project, part)
  return storeRecords(format, records, {project, ids, atMs: at, nowMs}, {write, restore})
}
