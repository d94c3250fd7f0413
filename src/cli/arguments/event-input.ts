import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import type {EndInput, FeatureInput, StartInput} from '../../reporter/record/record.ts'
import {absolutePath} from './paths.ts'
import {readFields} from './read-values.ts'

/** The parsed flags of a reporting command, not yet validated. An empty value counts as absent. */
export type Said = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

const textOf = (said: Said, flag: string): string | null => (said[flag] as string | undefined) || null
const pairsOf = (said: Said, flag: string) => said[flag] as readonly string[] | undefined
const numberOf = (said: Said, flag: string): number | null => {
  const text = textOf(said, flag)
  return text === null ? null : Number(text)
}

/** The program's description of itself, for its start. */
export function programOf(said: Said) {
  return {
    application: textOf(said, 'application'),
    version: textOf(said, 'app-version'),
    commit: textOf(said, 'commit'),
    component: textOf(said, 'component'),
  }
}

/** Throws `USAGE_WRONG_USE`, as the other two do. */
export function startOf(project: ProjectFile, said: Said): StartInput {
  const script = textOf(said, 'script')
  return {
    script: script === null ? null : absolutePath(script),
    fields: readFields(project.fields, pairsOf(said, 'field'), '--field'),
  }
}

/** A run ends with a code or by a signal. A script may pass both variables if one of them is empty. */
export function endOf(project: ProjectFile, said: Said): EndInput {
  const [exitCode, signal] = [textOf(said, 'exit-code'), textOf(said, 'signal')]
  if (exitCode !== null && signal !== null)
    throw new UsageError(
      'USAGE_WRONG_USE',
      `--exit-code and --signal must not be combined, got ${exitCode} and ${signal}`,
    )
  return {
    run: textOf(said, 'run'),
    exitCode: numberOf(said, 'exit-code'),
    signal,
    fields: readFields(project.fields, pairsOf(said, 'field'), '--field'),
  }
}

export function featureOf(project: ProjectFile, name: string, said: Said): FeatureInput {
  return {
    name,
    type: textOf(said, 'type') ?? 'Feature',
    run: textOf(said, 'run'),
    startedAt: textOf(said, 'started'),
    durationSeconds: numberOf(said, 'duration'),
    count: numberOf(said, 'count') ?? 1,
    internal: said['internal'] === true,
    details: readFields(project.features.details, pairsOf(said, 'detail'), '--detail'),
  }
}
