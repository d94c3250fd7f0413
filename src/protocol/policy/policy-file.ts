import * as v from 'valibot'
import {collectorAddress, type Endpoint, folderAddressOr, writeKey} from '../project/project-file.ts'
import {projectId} from '../values/scalars.ts'

const word = v.union([v.picklist(['on', 'off']), v.boolean()], 'must be "on" or "off"')
const text = v.string('must be a text')

/** The same for both forms, because a union reports only one of them. */
const notFolder = 'must be the absolute path of a folder, such as /shared/inbox'

/** An absolute path. `?`, `#` and `%` would have another meaning in an address, and half a character none. */
const folderPath = v.pipe(
  v.string(),
  v.regex(/^\/(?!\/)[^?#%\u0000-\u001f\u007f\ud800-\udfff]{1,1024}$/u, notFolder),
  v.transform(path => `file://${encodeURI(path)}`),
)

const routeKeys = {
  inbox: v.optional(
    v.pipe(
      v.union([folderPath, folderAddressOr(notFolder)], notFolder),
      v.description('The folder to which reports are written instead.'),
    ),
  ),
  endpoint: v.optional(
    v.pipe(
      v.union(
        [
          collectorAddress,
          v.pipe(
            v.strictObject({http: collectorAddress}),
            v.transform(({http}) => http),
          ),
        ],
        'must be an http or https address without user, query or fragment',
      ),
      v.description('The address to which reports are posted instead; with inbox, where the site forwards them to.'),
    ),
  ),
  writeKey: v.optional(writeKey),
}

const hasPlaceForKey = ({
  writeKey: key,
  endpoint,
}: {
  readonly writeKey?: unknown
  readonly endpoint?: unknown
}): boolean => key === undefined || endpoint !== undefined
const placeForKey = 'must contain endpoint beside writeKey'

const ownRules = v.pipe(
  v.strictObject({tracking: v.optional(word), ...routeKeys}),
  v.check(policy => hasPlaceForKey(policy), placeForKey),
)

/** What an administrator decides for all users of a machine: `/etc/usage/policy.json`. */
export const policyFile = v.pipe(
  v.strictObject({
    $schema: v.optional(text),
    tracking: v.optional(v.pipe(word, v.description('Whether projects may count; "off" opts out all projects.'))),
    projects: v.optional(
      v.pipe(
        v.record(projectId, v.union([word, ownRules], 'must be "on" or "off"')),
        v.description('Rules for single projects, by their ids.'),
      ),
    ),
    allow: v.optional(
      v.pipe(v.array(projectId, 'must be a list of project ids'), v.description('The only projects that may count.')),
    ),
    contact: v.optional(v.pipe(text, v.description('A contact; shown to users with an opt-out.'))),
    policyUrl: v.optional(v.pipe(text, v.description('A page with more information; shown to users with an opt-out.'))),
    notice: v.optional(
      v.pipe(
        v.literal('given', 'must be "given"'),
        v.description('States that the site has informed its users itself.'),
      ),
    ),
    ...routeKeys,
  }),
  v.check(policy => hasPlaceForKey(policy), placeForKey),
)

/** A policy as it is written, with addresses in one form. */
export type WrittenPolicy = v.InferOutput<typeof policyFile>

/** Every key that a policy may have. */
export const policyKeys: readonly string[] = Object.keys(policyFile.entries)

/** Where a site has events go, instead of the endpoint of their project. */
export interface Route {
  readonly endpoint: Endpoint
  /** The site's own write key, or null. That of a project is for its own collector alone. */
  readonly writeKey: string | null
}

/** A valid policy. */
export interface PolicyFile {
  /** Whether projects may count at all. */
  readonly isOn: boolean
  /** The projects that are switched off. */
  readonly off: readonly string[]
  /** The only projects that may count, or null: all. */
  readonly allow: readonly string[] | null
  /** Whether the site has informed its users itself. */
  readonly isNoticeGiven: boolean
  /** What people are shown: `contact` and `policyUrl`. */
  readonly hints: readonly string[]
  /** The route of the projects without one of their own, or null. */
  readonly route: Route | null
  /** Routes of single projects, by their ids. */
  readonly routes: ReadonlyMap<string, Route>
}
