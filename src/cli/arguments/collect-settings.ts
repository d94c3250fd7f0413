import {readFileSync} from 'node:fs'
import {dirname, resolve} from 'node:path'
import * as v from 'valibot'
import {logFormats, logLevels} from '../../collector/monitoring/log.ts'
import {UsageError} from '../../errors.ts'
import {describeProblems, toProblems} from '../../protocol/values/problem.ts'

/** The longest time in which a collector that stops is unready and still accepts reports. */
export const maxDrainSeconds = 3600

const text = v.optional(v.pipe(v.string(), v.minLength(1, 'must not be empty')))

/** One text, or a list of them. */
const texts = v.optional(
  v.union(
    [v.pipe(v.string(), v.nonEmpty()), v.array(v.pipe(v.string(), v.nonEmpty()))],
    'must be text or a list of texts',
  ),
)

/** The configuration file of `usage collect`: keys are its flags. */
const collectFile = v.strictObject({
  projects: text,
  data: text,
  store: text,
  http: text,
  udp: text,
  inbox: text,
  parsl: text,
  mantid: text,
  host: texts,
  'base-path': text,
  'trust-proxy': texts,
  'min-free': text,
  'trust-clock': v.optional(v.boolean()),
  'drain-seconds': v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxDrainSeconds))),
  public: v.optional(v.boolean()),
  admin: text,
  'log-level': v.optional(v.picklist(logLevels)),
  'log-format': v.optional(v.picklist(logFormats)),
})
type CollectFile = v.InferOutput<typeof collectFile>
type CollectFlags = CollectFile & {readonly config?: string | undefined}

const folders = ['projects', 'data', 'inbox'] as const

/** The settings of `usage collect`: flags, then the file, then defaults. */
export type CollectSettings = CollectFile & {readonly [K in 'projects' | 'data' | 'http']: string}

/**
 * Merges flags, the file of `config` and defaults, in this order of priority. Throws `USAGE_CONFIGURATION_INVALID` for an
 * invalid file, and `USAGE_WRONG_USE` without projects.
 */
export function readCollectSettings({config, ...flags}: CollectFlags): CollectSettings {
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
  const merged: CollectFile = {...(config === undefined ? {} : readCollectFile(config)), ...given}
  const {projects, data = 'usage-data', http = '127.0.0.1:8080', ...others} = merged
  if (projects === undefined)
    throw new UsageError('USAGE_WRONG_USE', '--projects DIR is required, as a flag or in the file of --config')
  return {...others, projects, data, http}
}

/**
 * Reads the configuration file of a collector: one JSON object. Relative folders are relative to the folder of the file.
 * Throws `USAGE_CONFIGURATION_INVALID` if the file cannot be read or has an unknown key.
 */
function readCollectFile(path: string): CollectFile {
  const result = v.safeParse(collectFile, parse(path))
  if (!result.success) throw invalid(path, describeProblems(toProblems(result.issues)))
  const settings = result.output
  const resolved = folders.flatMap(name =>
    settings[name] === undefined ? [] : [[name, resolve(dirname(path), settings[name])]],
  )
  return {...settings, ...Object.fromEntries(resolved)}
}

function parse(path: string): unknown {
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (Array.isArray(found)) throw new Error('must be an object, got a list')
    return found
  } catch (error) {
    throw invalid(path, error instanceof Error ? error.message : String(error))
  }
}

const invalid = (path: string, got: string): UsageError =>
  new UsageError('USAGE_CONFIGURATION_INVALID', `${path}: ${got}`)
