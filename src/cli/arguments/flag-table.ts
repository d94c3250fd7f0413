import type {readers} from './read-values.ts'

/** How a flag is said: without a value, as text, as `K=V` that may be repeated, or as what a reader of values takes. */
export type FlagKind = 'boolean' | 'text' | 'pairs' | keyof typeof readers

/** One flag of a reporting command: what both lanes read and what the help says. */
export interface FlagRow {
  readonly kind: FlagKind
  readonly description: string
  /** What stands for the value in the help. */
  readonly helpValue?: string
  /** The fast lane does not know what it asks for. */
  readonly isSlow?: true
}

export type FlagTable = Readonly<Record<string, FlagRow>>

/** Which project a command is about. */
export const projectRows = {
  'project-file': {kind: 'text', description: 'the project file; also USAGE_PROJECT_FILE', helpValue: 'FILE'},
  project: {kind: 'text', description: 'the id of a registered project; also USAGE_PROJECT', helpValue: 'ID'},
} as const satisfies FlagTable

const strict = {
  kind: 'boolean',
  description: 'fail on wrong use instead of going on; also USAGE_STRICT=1',
  isSlow: true,
} as const
const field = {kind: 'pairs', description: 'a declared field and its value; may be repeated', helpValue: 'K=V'} as const
const run = {
  kind: 'run',
  description: 'the id of the run, as `usage start --print-id` printed it',
  helpValue: 'ID',
} as const

/** Every flag of the reporting commands: the command line's framework and the fast lane read the same table. */
export const reportingRows = {
  start: {
    ...projectRows,
    strict,
    script: {
      kind: 'text',
      description: 'the script that runs; only a pseudonym of its path is sent',
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
    'exit-code': {kind: 'exitCode', description: 'the exit code of the run', helpValue: 'N'},
    signal: {kind: 'signal', description: 'the signal that ended the run, by name or number', helpValue: 'NAME'},
    field,
    wait: {
      kind: 'seconds',
      description: 'deliver before returning, within this time: for jobs that are killed right after',
      helpValue: 'SECONDS',
      isSlow: true,
    },
  },
  feature: {
    ...projectRows,
    strict,
    type: {kind: 'text', description: 'type of the feature; Feature if not said', helpValue: 'T'},
    started: {kind: 'started', description: 'when the use started, RFC 3339', helpValue: 'TIME'},
    duration: {kind: 'seconds', description: 'how long the use took', helpValue: 'SECONDS'},
    count: {kind: 'count', description: 'how many uses this stands for', helpValue: 'N'},
    internal: {kind: 'boolean', description: 'the use was not a direct response to a person'},
    detail: {kind: 'pairs', description: 'a declared detail and its value; may be repeated', helpValue: 'K=V'},
    run,
  },
} as const satisfies Readonly<Record<string, FlagTable>>

const {'print-id': _printId, ...ofStart} = reportingRows.start

/** What stands before the `--` of `usage run`. */
export const runRows = {...ofStart, wait: reportingRows.end.wait} as const satisfies FlagTable

export type ReportingName = keyof typeof reportingRows

export const isReportingName = (name: string): name is ReportingName => Object.hasOwn(reportingRows, name)
