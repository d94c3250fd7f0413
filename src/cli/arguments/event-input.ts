import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {describeValue} from '../../protocol/values/problem.ts'
import type {EndInput, FeatureInput, Read, StartInput} from '../../reporter/record/record.ts'
import {absolutePath} from './paths.ts'
import type {FlagValues, ReadArguments} from './read-arguments.ts'
import {readFields, toNumber} from './read-values.ts'

const textOf = (flags: FlagValues, flag: string): string | null => (flags[flag] as string | undefined) || null
const pairsOf = (flags: FlagValues, flag: string) => flags[flag] as readonly string[] | undefined
/** A number, or the text of what is none: the recorder leaves it out and names it. */
const numberOf = (flags: FlagValues, flag: string): number | null => {
  const text = textOf(flags, flag)
  return text === null ? null : (toNumber(text) as number)
}

/** Seconds that `--wait` waits at most. */
const longestWait = 3600

/** What looks like a version without `--app-version`: `usage start 1.4.0`. */
const isVersion = (name: string): boolean => /^v?\d[\w.+-]*$/.test(name)

const mustFollow = (names: readonly string[], what: string): string[] =>
  names.map(name => `${name.slice(0, 60)}: must be ${what}`)

/** The program's description of itself, for its start. */
export function toProgram({flags, names}: Pick<ReadArguments, 'flags' | 'names'>) {
  const [first = ''] = names
  return {
    application: textOf(flags, 'application'),
    version: textOf(flags, 'app-version') ?? (isVersion(first) ? first : null),
    commit: textOf(flags, 'commit'),
    component: textOf(flags, 'component'),
  }
}

export function toStartInput(project: ProjectFile, {flags, names, unread}: ReadArguments): Read<StartInput> {
  const script = textOf(flags, 'script')
  const {fields, misread} = readFields(project.fields, pairsOf(flags, 'field'), '--field')
  const isUsed = textOf(flags, 'app-version') === null && isVersion(names[0] ?? '')
  const others = mustFollow(names.slice(isUsed ? 1 : 0), 'a version, once')
  return {script: script === null ? null : absolutePath(script), fields, unread: [...unread, ...misread, ...others]}
}

/**
 * A run ends with a code or by a signal: `usage end $?` is `usage end --exit-code $?`. A script may pass both variables if
 * one of them is empty. Of two, the signal says more.
 */
export function toEndInput(project: ProjectFile, {flags, names, unread}: ReadArguments): Read<EndInput> {
  const {fields, misread} = readFields(project.fields, pairsOf(flags, 'field'), '--field')
  const signal = textOf(flags, 'signal')
  const codes = [textOf(flags, 'exit-code'), ...names].filter(code => code !== null && code !== '')
  const [code = null] = signal === null ? codes : []
  const others = mustFollow(codes.slice(code === null ? 0 : 1) as string[], 'the only exit code, without a signal')
  return {
    run: textOf(flags, 'run'),
    exitCode: code === null ? null : (toNumber(code) as number),
    signal,
    fields,
    unread: [...unread, ...misread, ...others],
  }
}

/** Throws `USAGE_WRONG_USE` unless there is one name: a guess would count another feature. */
export function toFeatureInput(project: ProjectFile, {flags, names, unread}: ReadArguments): Read<FeatureInput> {
  const [name, ...others] = names
  if (name === undefined || others.length > 0)
    throw new UsageError('USAGE_WRONG_USE', `one name of a feature is required, got ${names.length}`)
  const {fields, misread} = readFields(project.features.details, pairsOf(flags, 'detail'), '--detail')
  return {
    name,
    type: textOf(flags, 'type') ?? 'Feature',
    run: textOf(flags, 'run'),
    startedAt: textOf(flags, 'started'),
    durationSeconds: numberOf(flags, 'duration'),
    count: numberOf(flags, 'count') ?? 1,
    internal: flags['internal'] === true,
    details: fields,
    unread: [...unread, ...misread],
  }
}

/** The seconds of `--wait`, or null where there are none; what is none is named in `misread`. */
export function readWaitFlag(flags: FlagValues): {
  readonly seconds: number | null
  readonly misread: readonly string[]
} {
  const given = numberOf(flags, 'wait')
  if (given === null) return {seconds: null, misread: []}
  if (Number.isFinite(given) && given >= 0) return {seconds: Math.min(given, longestWait), misread: []}
  return {seconds: null, misread: [`--wait: must be a number of seconds, 0 or more, got ${describeValue(given)}`]}
}
