/**
 * Room `arguments`: how the command line becomes values.
 *
 * The table of flags here is the only one: both lanes and the help are made from it. A reporting command never fails for its
 * arguments: what cannot be read or does not fit is left out, named and counted, and the event is recorded without it. An
 * empty value counts as absent. Times are RFC 3339, durations are seconds. Only project files and a configuration file are read
 * from disk. No network.
 * Read next: `read-arguments.ts`, `event-input.ts`, `project-choice.ts` for which project a command is about.
 */

/** The kind of a flag: without a value, with one, or with `K=V`, repeatable. */
export type FlagKind = 'boolean' | 'text' | 'pairs'

/** One flag of a reporting command, for both lanes and for the help. */
export interface FlagRow {
  readonly kind: FlagKind
  readonly description: string
  /** The placeholder of the value in the help. */
  readonly helpValue?: string
  /** The fast lane does not support it. */
  readonly isSlow?: true
}

export type FlagTable = Readonly<Record<string, FlagRow>>

/** The flags that select the project. */
export const projectRows = {
  'project-file': {kind: 'text', description: 'the project file; also USAGE_PROJECT_FILE', helpValue: 'FILE'},
  project: {kind: 'text', description: 'the id of a registered project; also USAGE_PROJECT', helpValue: 'ID'},
} as const satisfies FlagTable

const strict = {
  kind: 'boolean',
  description: 'fail on wrong use instead of continuing; also USAGE_STRICT=1',
  isSlow: true,
} as const
const field = {kind: 'pairs', description: 'a declared field and its value; repeatable', helpValue: 'K=V'} as const
const run = {
  kind: 'text',
  description: 'the id of the run, printed by `usage start --print-id`',
  helpValue: 'ID',
} as const

/** Every flag of the reporting commands. The framework and the fast lane read the same table. */
export const reportingRows = {
  start: {
    ...projectRows,
    strict,
    script: {
      kind: 'text',
      description: 'the path of the script; only a pseudonym of it is sent',
      helpValue: 'PATH',
    },
    application: {kind: 'text', description: 'the name of the program', helpValue: 'NAME'},
    'app-version': {kind: 'text', description: 'the version of the program', helpValue: 'V'},
    commit: {kind: 'text', description: 'the commit that the program was built from', helpValue: 'SHA'},
    component: {kind: 'text', description: 'the part of the program that runs', helpValue: 'C'},
    field,
    'print-id': {kind: 'boolean', description: 'print the id of the run'},
  },
  end: {
    ...projectRows,
    strict,
    run,
    'exit-code': {kind: 'text', description: 'the exit code of the run', helpValue: 'N'},
    signal: {kind: 'text', description: 'the signal that ended the run, by name or number', helpValue: 'NAME'},
    field,
    wait: {
      kind: 'text',
      description: 'deliver before returning, within this time; for jobs that are killed immediately afterwards',
      helpValue: 'SECONDS',
      isSlow: true,
    },
  },
  feature: {
    ...projectRows,
    strict,
    type: {kind: 'text', description: 'the type of the feature (default: Feature)', helpValue: 'T'},
    started: {kind: 'text', description: 'the time when the use started, RFC 3339', helpValue: 'TIME'},
    duration: {kind: 'text', description: 'the duration of the use', helpValue: 'SECONDS'},
    count: {kind: 'text', description: 'the number of uses (default: 1)', helpValue: 'N'},
    internal: {kind: 'boolean', description: 'a program used the feature, not a person directly'},
    detail: {kind: 'pairs', description: 'a declared detail and its value; repeatable', helpValue: 'K=V'},
    run,
  },
} as const satisfies Readonly<Record<string, FlagTable>>

const {'print-id': _printId, ...ofStart} = reportingRows.start

/** The flags of `usage run`, before its command. */
export const runRows = {...ofStart, wait: reportingRows.end.wait} as const satisfies FlagTable

export type ReportingName = keyof typeof reportingRows

export const isReportingName = (name: string): name is ReportingName => Object.hasOwn(reportingRows, name)
