/**
 * Every error that `usage` can name. `docs/errors.md` is kept equal to this registry by a test, both ways.
 *
 * `exit` is the exit code of a command that answers with it (the reporting commands exit 0 all the same unless
 * `--strict` says otherwise), `http` the status of a collector's answer, `null` where there is none.
 */
export const errorRegistry = {
  USAGE_NODE_TOO_OLD: {
    meaning: 'The Node.js that runs the command is older than the command needs.',
    next: 'Install Node.js 22.13 or newer (24 or newer for collect, stats, import and export).',
    exit: 2,
    http: null,
  },
  USAGE_NOT_BUILT: {
    meaning: 'The program was started from a clone that has not been built.',
    next: 'Run `npm start` or `npm run build` in the clone.',
    exit: 2,
    http: null,
  },
  USAGE_INSTALLATION_DAMAGED: {
    meaning: 'Files of the program are missing or damaged, so it cannot be loaded.',
    next: 'Install the program again; in a clone, run `npm run build`.',
    exit: 1,
    http: null,
  },
  USAGE_NO_PROJECT: {
    meaning: 'No project was named, so there is nothing to count for.',
    next: 'Name one with --project-file FILE, USAGE_PROJECT_FILE, --project ID or USAGE_PROJECT.',
    exit: 2,
    http: null,
  },
  USAGE_PROJECT_UNKNOWN: {
    meaning: 'No project with that id is known here.',
    next: 'See `usage project list`; add one with `usage project add FILE`.',
    exit: 2,
    http: 404,
  },
  USAGE_PROJECT_FILE_UNREADABLE: {
    meaning: 'The project file cannot be read.',
    next: 'Check the path and the permissions of the file.',
    exit: 2,
    http: null,
  },
  USAGE_PROJECT_URL_REFUSED: {
    meaning:
      'A project file is not fetched from such an address: only by https, from public addresses, and by no proxy.',
    next: 'Download the file yourself, look at it, and add it with `usage project add FILE`.',
    exit: 2,
    http: null,
  },
  USAGE_PROJECT_FILE_INVALID: {
    meaning: 'The project file is not what a project file has to be.',
    next: 'Run `usage project check FILE`: it names each problem with its line.',
    exit: 2,
    http: null,
  },
  USAGE_PROJECT_REGISTERED: {
    meaning: 'Another project file is registered under this id, with another endpoint or contact.',
    next: 'If that is what you want, add it with --replace; else ask who gave you the file.',
    exit: 2,
    http: null,
  },
  USAGE_WRONG_USE: {
    meaning: 'A flag or an argument is not what the command wants.',
    next: 'See the command with --help.',
    exit: 2,
    http: null,
  },
  USAGE_UNDECLARED_FIELD: {
    meaning: 'A field is not declared by the project, or is not of its declared type. It is not sent.',
    next: 'Declare it in the project file, or leave it out.',
    exit: 2,
    http: null,
  },
  USAGE_UNDECLARED_FEATURE: {
    meaning: 'A feature is not declared by the project. It is not sent.',
    next: 'Declare its type and name in the project file, or set allowOther.',
    exit: 2,
    http: null,
  },
  USAGE_UNPAIRED: {
    meaning: 'No open run was found for this event. It is kept without a run and counted as unpaired.',
    next: 'Pass --run ID with the id that `usage start --print-id` printed.',
    exit: 2,
    http: null,
  },
  USAGE_NOT_RECORDED: {
    meaning: 'The event could not be written to the buffer.',
    next: 'Check the space and the permissions of the state folder that `usage status` names.',
    exit: 1,
    http: null,
  },
  USAGE_NOT_DELIVERED: {
    meaning: 'The collector refused events or could not be reached.',
    next: 'See `usage status` for the reason and the time of the next try.',
    exit: 3,
    http: null,
  },
  USAGE_NOT_FORGOTTEN: {
    meaning:
      'A collector has not confirmed that it erased the data; or nobody can ask it, because the secret is lost or a folder cannot be read. A request is kept and goes before every report.',
    next: 'Do what the answer says for each project: run `usage forget` again later, or write to the contact with the id of the request.',
    exit: 3,
    http: null,
  },
  USAGE_COLLECTOR_UNREACHABLE: {
    meaning: 'The collector did not answer as a collector does.',
    next: 'Check the address and that `usage collect` runs there.',
    exit: 3,
    http: null,
  },
  USAGE_SETTINGS_UNREADABLE: {
    meaning: 'The settings are there and cannot be read or understood. Nothing is recorded until they can.',
    next: 'Mend or remove settings.json, or the project’s file in optin.d, in the settings folder; a removed one says nothing, opt-outs are files of their own.',
    exit: 1,
    http: null,
  },
  USAGE_SETTINGS_UNWRITABLE: {
    meaning: 'The settings folder cannot be written.',
    next: 'Check its permissions, or name another one with USAGE_CONFIG_DIR.',
    exit: 1,
    http: null,
  },
  USAGE_REPORT_UNPARSABLE: {
    meaning: 'The body is not a report of this protocol.',
    next: 'Send JSON as schemas/report.v1.json describes it.',
    exit: 1,
    http: 400,
  },
  USAGE_ERASURE_UNPARSABLE: {
    meaning: 'The body is not a request to erase.',
    next: 'Send JSON as schemas/erasure-request.v1.json describes it.',
    exit: 1,
    http: 400,
  },
  USAGE_KEY_WRONG: {
    meaning: 'The write key is missing or is not the key of the project.',
    next: 'Send the writeKey of the project file as a bearer token.',
    exit: 1,
    http: 401,
  },
  USAGE_TOKEN_WRONG: {
    meaning: 'The read token is missing or wrong.',
    next: 'Pass the token that `usage collect` printed at its first start, by --token or USAGE_TOKEN.',
    exit: 3,
    http: 401,
  },
  USAGE_QUERY_INVALID: {
    meaning: 'The period or a filter that the stats are asked for is not one.',
    next: 'Give days as YYYY-MM-DD, the first not after the last, by as day, week, month or year, and filters by their names.',
    exit: 2,
    http: 400,
  },
  USAGE_NOT_FOUND: {
    meaning: 'There is nothing at this address.',
    next: 'Post reports to /v1/reports and erasures to /v1/projects/ID/erasures; read /v1/projects/ID/stats.',
    exit: 1,
    http: 404,
  },
  USAGE_BODY_TOO_LARGE: {
    meaning: 'The body is larger than a report may be, before or after decompression.',
    next: 'Send at most 1 MiB and 500 events a report.',
    exit: 1,
    http: 413,
  },
  USAGE_BODY_UNSUPPORTED: {
    meaning: 'The body has a type or an encoding that the collector does not read.',
    next: 'Send application/json, plain or gzip.',
    exit: 1,
    http: 415,
  },
  USAGE_COLLECTOR_BUSY: {
    meaning: 'The collector has more to write than it can hold.',
    next: 'Try again after the time in Retry-After; the events stay where they are.',
    exit: 3,
    http: 503,
  },
  USAGE_CONFIGURATION_INVALID: {
    meaning: 'The configuration file of a collector cannot be read, or says what is no flag of `usage collect`.',
    next: 'Write one JSON object whose keys are flags, as `usage collect --help` names them.',
    exit: 2,
    http: null,
  },
  USAGE_PROJECTS_UNREADABLE: {
    meaning: 'The folder of project files cannot be read, or holds no valid project file.',
    next: 'Put at least one project file into the folder that --projects names.',
    exit: 2,
    http: null,
  },
  USAGE_STORE_UNREADABLE: {
    meaning: 'The store of the collector cannot be opened.',
    next: 'Name the data folder of a collector with --data, or the collector with --url.',
    exit: 2,
    http: null,
  },
  USAGE_STORE_LOCKED: {
    meaning: 'Another process writes this store.',
    next: 'Wait for the other import or purge, or stop the other collector; or choose another --data folder.',
    exit: 2,
    http: null,
  },
  USAGE_IMPORT_UNREADABLE: {
    meaning: 'A file to import cannot be read, or is none of the formats that can be imported.',
    next: 'Check the path; say --format when the first line does not tell it.',
    exit: 2,
    http: null,
  },
  USAGE_INBOX_UNREADABLE: {
    meaning: 'The folder of reports cannot be read.',
    next: 'Make it, or check its path and its permissions: its group has to read and to write it.',
    exit: 2,
    http: null,
  },
  USAGE_OUTPUT_UNWRITABLE: {
    meaning: 'The output could not be written whole: what is there of it is not everything.',
    next: 'Check the space where the output goes, and run the command again.',
    exit: 1,
    http: null,
  },
  USAGE_ADDRESS_UNAVAILABLE: {
    meaning: 'The address to listen on is in use or not allowed.',
    next: 'Choose another one with --http HOST:PORT; port 0 takes a free one.',
    exit: 2,
    http: null,
  },
  USAGE_UNEXPECTED: {
    meaning: 'Something went wrong that should not.',
    next: 'Please report it, with the output of the same command under USAGE_DEBUG=1.',
    exit: 1,
    http: 500,
  },
} as const satisfies Record<string, ErrorEntry>

interface ErrorEntry {
  readonly meaning: string
  readonly next: string
  readonly exit: 1 | 2 | 3
  readonly http: number | null
}

export type ErrorCode = keyof typeof errorRegistry

/** What a machine reads of an error, on the command line (`--json`) and in a collector's answer. */
export interface ErrorDocument {
  readonly error: {readonly code: ErrorCode; readonly message: string; readonly next: string}
}

/** An error with a code, what was wanted and came (`message`), and the next step. */
export class UsageError extends Error {
  readonly code: ErrorCode
  readonly next: string
  readonly exit: number
  readonly http: number | null

  constructor(code: ErrorCode, message: string, options: {readonly next?: string; readonly cause?: unknown} = {}) {
    super(message, {cause: options.cause})
    const entry = errorRegistry[code]
    this.name = 'UsageError'
    this.code = code
    this.next = options.next ?? entry.next
    this.exit = entry.exit
    this.http = entry.http
  }

  toDocument(): ErrorDocument {
    return {error: {code: this.code, message: this.message, next: this.next}}
  }
}

/** Gives any thrown thing a code. */
export function toUsageError(thrown: unknown): UsageError {
  if (thrown instanceof UsageError) return thrown
  return new UsageError('USAGE_UNEXPECTED', messageOf(thrown), {cause: thrown})
}

/** What was thrown, in words. Never throws: a program's own object may be thrown that no text can be made of. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown)
  } catch {
    return 'something was thrown that says nothing'
  }
}
