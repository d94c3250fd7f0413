import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import type {EndInput, FeatureInput, StartInput} from '../../reporter/record/record.ts'
import {absolutePath} from './paths.ts'
import {readFields} from './read-values.ts'

/** The parsed flags of a reporting command, not yet validated. An empty value counts as absent. */
export type FlagValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

const textOf = (flags: FlagValues, flag: string): string | null => (flags[flag] as string | undefined) || null
const pairsOf = (flags: FlagValues, flag: string) => flags[flag] as readonly string[] | undefined
const numberOf = (flags: FlagValues, flag: string): number | null => {
  const text = textOf(flags, flag)
  return text === null ? null : Number(text)
}

/** The program's description of itself, for its start. */
export function toProgram(flags: FlagValues) {
  return {
    application: textOf(flags, 'application'),
    version: textOf(flags, 'app-version'),
    commit: textOf(flags, 'commit'),
    component: textOf(flags, 'component'),
  }
}

/** Throws `USAGE_WRONG_USE`, as the other two do. */
export function toStartInput(project: ProjectFile, flags: FlagValues): StartInput {
  const script = textOf(flags, 'script')
  return {
    script: script === null ? null : absolutePath(script),
    fields: readFields(project.fields, pairsOf(flags, 'field'), '--field'),
  }
}

/** A run ends with a code or by a signal. A script may pass both variables if one of them is empty. */
export function toEndInput(project: ProjectFile, flags: FlagValues): EndInput {
  const [exitCode, signal] = [textOf(flags, 'exit-code'), textOf(flags, 'signal')]
  if (exitCode !== null && signal !== null)
    throw new UsageError(
      'USAGE_WRONG_USE',
      `--exit-code and --signal must not be combined, got ${exitCode} and ${signal}`,
    )
  return {
    run: textOf(flags, 'run'),
    exitCode: numberOf(flags, 'exit-code'),
    signal,
    fields: readFields(project.fields, pairsOf(flags, 'field'), '--field'),
  }
}

export function toFeatureInput(project: ProjectFile, name: string, flags: FlagValues): FeatureInput {
  return {
    name,
    type: textOf(flags, 'type') ?? 'Feature',
    run: textOf(flags, 'run'),
    startedAt: textOf(flags, 'started'),
    durationSeconds: numberOf(flags, 'duration'),
    count: numberOf(flags, 'count') ?? 1,
    internal: flags['internal'] === true,
    details: readFields(project.features.details, pairsOf(flags, 'detail'), '--detail'),
  }
}
