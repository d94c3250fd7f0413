// More than 300 lines: one list of all errors, with an entry of six lines each.
/**
 * Every error of `usage`. A test keeps `docs/errors.md` equal to this registry.
 *
 * `exit` is the exit code of a command that fails with the error. Reporting commands exit 0 unless `--strict` is set.
 * `http` is the status of a collector's answer; `null`: a collector never answers with this error.
 */
export const errorRegistry = {
  USAGE_NODE_TOO_OLD: {
    meaning: 'The command requires a newer Node.js.',
    next: 'Install Node.js 22.13 or newer (24 or newer for collect, stats, import and export).',
    exit: 2,
    http: null,
  },
  USAGE_NOT_BUILT: {
    meaning: 'The program was started in a clone that is not built.',
    next: 'Run `npm start` or `npm run build` in the clone.',
    exit: 2,
    http: null,
  },
  USAGE_INSTALLATION_DAMAGED: {
    meaning: 'Files of the program are missing or damaged.',
    next: 'Install the program again. In a clone, run `npm run build`.',
    exit: 1,
    http: null,
  },
  USAGE_NO_PROJECT: {
    meaning: 'No project was given, so nothing can be counted.',
    next: 'Set --project-file FILE, USAGE_PROJECT_FILE, --project ID or USAGE_PROJECT.',
    exit: 2,
    http: null,
  },
  USAGE_PROJECT_UNKNOWN: {
    meaning: 'No project has this id.',
    next: 'Run `usage project list` to see the ids, or `usage project add FILE` to add a project.',
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
      'A project file cannot be downloaded from this address. It must be a public https address, reached without a proxy.',
    next: 'Download the file, review it, and run `usage project add FILE`.',
    exit: 2,
    http: null,
  },
  USAGE_PROJECT_FILE_INVALID: {
    meaning: 'The project file is invalid.',
    next: 'Run `usage project check FILE` to see each problem with its line.',
    exit: 2,
    http: null,
  },
  USAGE_PROJECT_FILE_EXISTS: {
    meaning: 'A project file exists already. It is not replaced.',
    next: 'Edit the file, or use --force to replace it.',
    exit: 2,
    http: null,
  },
  USAGE_ANSWERS_MISSING: {
    meaning: 'Values for `usage init` are missing, so no file was written.',
    next: 'Run `usage init` on a terminal, or give the values as flags: see `usage init --help`.',
    exit: 2,
    http: null,
  },
  USAGE_PROJECT_REGISTERED: {
    meaning: 'A project file with this id and another endpoint or contact is registered.',
    next: 'To replace it, use --replace. If you did not expect the change, ask the person who gave you the file.',
    exit: 2,
    http: null,
  },
  USAGE_WRONG_USE: {
    meaning: 'A flag or an argument is invalid.',
    next: 'Run the command with --help.',
    exit: 2,
    http: null,
  },
  USAGE_UNDECLARED_FIELD: {
    meaning: 'A field is not declared in the project file. It is not sent.',
    next: 'Declare the field in the project file, or omit it.',
    exit: 2,
    http: null,
  },
  USAGE_FIELD_INVALID: {
    meaning: 'The value of a field does not fit its declaration in the project file. It is not sent.',
    next: 'Give a value of the declared type. `usage explain` lists the declared fields.',
    exit: 2,
    http: null,
  },
  USAGE_UNDECLARED_FEATURE: {
    meaning: 'A feature is not declared in the project file. It is not sent.',
    next: 'Declare its type and name in the project file, or set allowOther.',
    exit: 2,
    http: null,
  },
  USAGE_UNPAIRED: {
    meaning: 'No open run was found for this event. It is recorded without a run and counted as unpaired.',
    next: 'Use --run ID with the id that `usage start --print-id` printed.',
    exit: 2,
    http: null,
  },
  USAGE_NOT_RECORDED: {
    meaning: 'The event could not be written to the buffer.',
    next: 'Check the free space and the permissions of the state folder that `usage status` shows.',
    exit: 1,
    http: null,
  },
  USAGE_NOT_DELIVERED: {
    meaning: 'The collector refused events or could not be reached.',
    next: 'Run `usage status` to see the reason and the time of the next try, and `usage doctor` to find the cause.',
    exit: 3,
    http: null,
  },
  USAGE_NOT_FORGOTTEN: {
    meaning:
      'The erasure is not confirmed, or cannot be requested because the secret is lost or a folder cannot be read. A request is kept and sent before every report.',
    next: 'Follow the next step of each project: run `usage forget` again later, or write to the contact and give the id of the request.',
    exit: 3,
    http: null,
  },
  USAGE_NOT_SHOWN: {
    meaning:
      'A collector did not show everything that it holds about you, or could not be asked: the secret is lost, or a folder is unreadable.',
    next: 'Follow the next step of each project: run `usage access` again later, or write to the contact.',
    exit: 3,
    http: null,
  },
  USAGE_ACCESS_JOINS: {
    meaning:
      'With these requests a collector could learn that ids of different periods are one person. Nothing was sent.',
    next: 'To ask about one period, use --period PERIOD. To ask about all and accept this, add --join.',
    exit: 2,
    http: null,
  },
  USAGE_COLLECTOR_UNREACHABLE: {
    meaning: 'No collector answered at this address.',
    next: 'Check the address, and check that `usage collect` runs there.',
    exit: 3,
    http: null,
  },
  USAGE_POLICY_INVALID: {
    meaning:
      'The policy file of the site cannot be read or is invalid. On a machine with this file, nothing is recorded.',
    next: 'Fix each problem that the command lists. docs/site-policy.md describes every key.',
    exit: 2,
    http: null,
  },
  USAGE_VARIABLE_INVALID: {
    meaning:
      'A variable that names a folder of yours, such as HOME, is not an absolute path in UTF-8. Nothing is recorded.',
    next: 'Set the variable to an absolute path, or unset it. To opt out without it, set USAGE_TRACKING=off.',
    exit: 2,
    http: null,
  },
  USAGE_SETTINGS_UNREADABLE: {
    meaning: 'The settings cannot be read or are invalid. Nothing is recorded until they are fixed.',
    next: 'Fix or remove settings.json, or the file of the project in optin.d, in the settings folder. Opt-outs are separate files and stay valid.',
    exit: 1,
    http: null,
  },
  USAGE_SETTINGS_UNWRITABLE: {
    meaning: 'The settings folder cannot be written.',
    next: 'Check its permissions, or set USAGE_CONFIG_DIR to another folder. To opt out without it, set USAGE_TRACKING=off.',
    exit: 1,
    http: null,
  },
  USAGE_STATE_UNREADABLE: {
    meaning: 'A folder of waiting and sent events cannot be read, so nothing can be shown or sent.',
    next: 'Check the owner and the permissions of the folder. It may belong to another user.',
    exit: 1,
    http: null,
  },
  USAGE_REPORT_UNPARSABLE: {
    meaning: 'The body is not a report of this protocol.',
    next: 'Send JSON that matches schemas/report.v1.json.',
    exit: 1,
    http: 400,
  },
  USAGE_ERASURE_UNPARSABLE: {
    meaning: 'The body is not an erasure request.',
    next: 'Send JSON that matches schemas/erasure-request.v1.json.',
    exit: 1,
    http: 400,
  },
  USAGE_ACCESS_UNPARSABLE: {
    meaning: 'The body is not an access request.',
    next: 'Send JSON that matches schemas/access-request.v1.json.',
    exit: 1,
    http: 400,
  },
  USAGE_NOT_ENCRYPTED: {
    meaning: 'The collector shows the data of a person only by HTTPS or on its own machine.',
    next: 'Use the https address. Behind a proxy on another machine, let the proxy send X-Forwarded-Proto: https.',
    exit: 3,
    http: 403,
  },
  USAGE_TOO_MANY_REQUESTS: {
    meaning:
      'The collector receives too many requests or events: from this address, of this project, of this pseudonym or in total.',
    next: 'Try again after the time in Retry-After.',
    exit: 3,
    http: 429,
  },
  USAGE_HOST_UNKNOWN: {
    meaning: 'The request is addressed to a host that the collector does not know.',
    next: 'Use the address of the collector. Its operator adds further names with `usage collect --host NAME`.',
    exit: 3,
    http: 403,
  },
  USAGE_KEY_WRONG: {
    meaning: 'The write key is missing or wrong.',
    next: 'Send the writeKey of the project file as a bearer token.',
    exit: 1,
    http: 401,
  },
  USAGE_TOKEN_WRONG: {
    meaning: 'The read token is missing or wrong.',
    next: 'Set --token or USAGE_TOKEN to a read token. The operator makes one with `usage token new`.',
    exit: 3,
    http: 401,
  },
  USAGE_TOKEN_UNKNOWN: {
    meaning: 'No read token, or more than one, has this id or name. Nothing was revoked.',
    next: 'Run `usage token list` to see the ids.',
    exit: 2,
    http: null,
  },
  USAGE_TOKEN_EXISTS: {
    meaning: 'A read token has this name already. None was made.',
    next: 'Choose another name, or revoke that token with `usage token revoke NAME`.',
    exit: 2,
    http: null,
  },
  USAGE_TOKEN_NOT_SHOWN: {
    meaning: 'Nobody would see the token: stdout is a file, a pipe or a log. None was made.',
    next: 'Run the command on a terminal, or with --json.',
    exit: 2,
    http: null,
  },
  USAGE_QUERY_INVALID: {
    meaning: 'The period or a filter of the statistics is invalid.',
    next: 'Write days as YYYY-MM-DD, the first day not after the last. `by` must be day, week, month or year. See `usage stats --help` for the filters.',
    exit: 2,
    http: 400,
  },
  USAGE_NOTHING_TO_REPORT: {
    meaning: 'The project has no data, so a report would be empty.',
    next: 'Count a first run with `usage run`, and check with `usage doctor` that reports arrive. `usage stats` shows them.',
    exit: 1,
    http: null,
  },
  USAGE_CITATION_INVALID: {
    meaning: 'A CITATION.cff for a report cannot be read: it is missing, too large or not YAML.',
    next: 'Correct the file, or use another one with --citation FILE.',
    exit: 2,
    http: null,
  },
  USAGE_NOT_FOUND: {
    meaning: 'There is nothing at this address.',
    next: 'Post reports to /v1/reports, access requests to /v1/projects/ID/access and erasure requests to /v1/projects/ID/erasures. Read statistics at /v1/projects/ID/stats. /openapi.json describes them.',
    exit: 1,
    http: 404,
  },
  USAGE_BODY_TOO_LARGE: {
    meaning: 'The body is too large, before or after decompression.',
    next: 'Send at most 1 MiB and 500 events in one report.',
    exit: 1,
    http: 413,
  },
  USAGE_BODY_UNSUPPORTED: {
    meaning: 'The collector does not support the content type or the encoding of the body.',
    next: 'Send application/json, uncompressed or with gzip.',
    exit: 1,
    http: 415,
  },
  USAGE_COLLECTOR_BUSY: {
    meaning: 'The collector is busy: its queue of writes is full.',
    next: 'Try again after the time in Retry-After. The events stay in the buffer.',
    exit: 3,
    http: 503,
  },
  USAGE_CONFIGURATION_INVALID: {
    meaning:
      'The configuration file of the collector cannot be read, or contains a key that is not a flag of `usage collect`.',
    next: 'Write one JSON object whose keys are flags of `usage collect --help`.',
    exit: 2,
    http: null,
  },
  USAGE_PROJECTS_UNREADABLE: {
    meaning: 'The folder of project files cannot be read, or contains no valid project file.',
    next: 'Put at least one valid project file into the folder of --projects.',
    exit: 2,
    http: null,
  },
  USAGE_STORE_UNREADABLE: {
    meaning: 'The store of the collector cannot be opened.',
    next: 'Set --data to the data folder of a collector, or --url to its address.',
    exit: 2,
    http: null,
  },
  USAGE_STORE_UNWRITABLE: {
    meaning:
      'The collector cannot write its store now: its disk is full, nearly full, failing or read-only, or its files are gone.',
    next: 'Try again after the time in Retry-After. Operators: free disk space, see docs/operating.md.',
    exit: 3,
    http: 503,
  },
  USAGE_STORE_ADDRESS_INVALID: {
    meaning: 'The address of the store is invalid.',
    next: 'Write clickhouse://user:password@host:8123,host2:8123/database, and in a cluster ?cluster=NAME behind it.',
    exit: 2,
    http: null,
  },
  USAGE_STORE_UNREACHABLE: {
    meaning: 'No ClickHouse server of the store answers, or it cannot serve the request now.',
    next: 'Try again after the time in Retry-After. Operators: check that the servers run, and the hosts in --store.',
    exit: 3,
    http: 503,
  },
  USAGE_STORE_REFUSED: {
    meaning: 'The ClickHouse server of the store refuses the request.',
    next: 'Check the user, the password and the database in --store, and what the user may do there.',
    exit: 3,
    http: 503,
  },
  USAGE_SPOOL_FULL: {
    meaning: 'The collector cannot ship reports to its store, and its own disk space for them is used up.',
    next: 'Try again after the time in Retry-After. Operators: check that the ClickHouse servers run, see docs/operating.md.',
    exit: 3,
    http: 503,
  },
  USAGE_CLICKHOUSE_CLIENT_MISSING: {
    meaning: 'A store on ClickHouse needs a package that is not installed.',
    next: 'Run `npm install @clickhouse/client` where usage is installed; with a global installation, add -g.',
    exit: 2,
    http: null,
  },
  USAGE_STORE_DAMAGED: {
    meaning: 'The store of the collector is damaged, or it is lost while other files of the data folder exist.',
    next: 'Stop the collector and restore the newest backup: `usage restore FILE --data DIR --force`.',
    exit: 2,
    http: 503,
  },
  USAGE_CLOCK_DOUBTED: {
    meaning: "The collector's clock contradicts the newest reports in its store. Nothing is stored or purged.",
    next: 'Set the clock of the machine. If it is right, start the command with --trust-clock.',
    exit: 2,
    http: 503,
  },
  USAGE_BACKUP_INVALID: {
    meaning: 'The file is not a backup of a collector, or it is incomplete or changed.',
    next: 'Choose another file that `usage backup` wrote. Nothing was restored.',
    exit: 2,
    http: null,
  },
  USAGE_DATA_NOT_EMPTY: {
    meaning: 'The data folder has a store already. It is not replaced.',
    next: 'Choose an empty folder, or use --force to replace the store.',
    exit: 2,
    http: null,
  },
  USAGE_STORE_LOCKED: {
    meaning: 'Another process is writing to this store.',
    next: 'Wait for the other import or purge, stop the other collector, or choose another --data folder.',
    exit: 2,
    http: null,
  },
  USAGE_IMPORT_UNREADABLE: {
    meaning: 'A file to import cannot be read, contains nothing to import, or has another format.',
    next: 'Check the path and --format. Other data: write reports as docs/compatibility.md shows, one a line.',
    exit: 2,
    http: null,
  },
  USAGE_IMPORT_CONFLICT: {
    meaning:
      'The store has data of its own in a time of which the export has only totals. Totals of people do not add up.',
    next: 'Import into a store without data of that time, for example a new data folder.',
    exit: 2,
    http: 409,
  },
  USAGE_INBOX_UNREADABLE: {
    meaning: 'The folder of reports cannot be read.',
    next: 'Create the folder, or check its path and permissions. Its group must be able to read and write it.',
    exit: 2,
    http: null,
  },
  USAGE_PUBLISHED_UNREADABLE: {
    meaning: 'Figures that were published earlier cannot be read. They are not replaced.',
    next: 'Restore the file from a copy of the site.',
    exit: 2,
    http: null,
  },
  USAGE_SITE_FOLDER_TAKEN: {
    meaning: 'The folder for the site has files of something else. They are not replaced.',
    next: 'Name an empty folder, or one in which `usage publish` wrote before.',
    exit: 2,
    http: null,
  },
  USAGE_OUTPUT_UNWRITABLE: {
    meaning: 'The output could not be written completely.',
    next: 'Check the path, its permissions and the free space there, and run the command again.',
    exit: 1,
    http: null,
  },
  USAGE_ADDRESS_UNAVAILABLE: {
    meaning: 'The address to listen on is in use or not allowed.',
    next: 'Choose another one with --http HOST:PORT. Port 0 selects a free port.',
    exit: 2,
    http: null,
  },
  USAGE_UNEXPECTED: {
    meaning: 'An unexpected error occurred.',
    next: 'Please report it, with the output of the same command with USAGE_DEBUG=1.',
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
