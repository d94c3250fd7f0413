import {edges} from '../protocol/durations/duration-buckets.ts'
import type {Declaration, Declarations} from '../protocol/project/declaration.ts'
import {addressOf, collectionVersion, destinationKey, type ProjectFile} from '../protocol/project/project-file.ts'
import {assignInC, layOut, listInC, literalLines, quoteForC, tableInC} from './c-literal.ts'
import {type ClientContent, inboxOf} from './client-content.ts'

/** The name of the command that is made of the client. */
export const commandOf = ({project}: Pick<ProjectFile, 'project'>): string => `${project}-usage`

/** What the client in C is made of: constants of the project, and tables of what the environment may contain. */
export function cConstants(content: ClientContent): string[] {
  const {project, consent, notice, version} = content
  const {user, host, script, rotate, yearBegins} = project.identity
  return [
    '/* The project, the folder of its events, the version of what it collects. */',
    assignInC('uc_project', project.project),
    assignInC('uc_folder', `${project.project}-${destinationKey(project)}`),
    assignInC('uc_version', collectionVersion(project)),
    assignInC('uc_own_variable', project.environmentVariable ?? ''),
    assignInC('uc_command', commandOf(project)),
    `static const char *const uc_application = ${project.application === undefined ? 'NULL' : quoteForC(project.application)};`,
    '',
    '/* What is counted, and when it is time to send: events, and seconds. */',
    flag('uc_wants_host', host),
    flag('uc_counts_ci', project.ci !== 'off'),
    flag('uc_asks_first', project.consent === 'opt-in'),
    flag('uc_only_rank_0', project.schedulers.mpi === 'rank-0'),
    `static const size_t uc_threshold = ${project.flush.threshold};`,
    `static const double uc_interval = ${project.flush.intervalSeconds};`,
    '',
    '/* The notice: its beginning, also in a CI system, and its end up to the path of a file. */',
    assignInC('uc_notice_head', notice.head),
    assignInC('uc_ci_notice_head', notice.ciHead),
    assignInC('uc_notice_end', notice.end),
    '',
    '/* Values that do not opt out, of DO_NOT_TRACK and of the other two variables. */',
    listInC('uc_silent_do_not_track', consent.silentValues.doNotTrack),
    listInC('uc_silent_tracking', consent.silentValues.tracking),
    '',
    '/* Reasons of consent after which no event may wait in the buffer. */',
    listInC('uc_opt_outs', consent.optOutReasons),
    '',
    '/* Declared features, fields and details. */',
    listInC('uc_types', project.features.types),
    listInC('uc_names', project.features.names),
    flag('uc_allows_other', project.features.allowOther),
    ...declare('uc_fields', project.fields),
    ...declare('uc_details', project.features.details),
    '',
    ...surroundings(content),
    '',
    '/* 2^(k/32): within a factor of two, the lower edges of the buckets of durations. */',
    `static const double uc_edges[] = {${layOut(edges.slice(0, -1).map(edge => (Number.isInteger(edge) ? `${edge}.0` : `${edge}`)))}};`,
    '',
    '/* The project file. */',
    `static const char *const uc_document[] = {\n${literalLines(`${JSON.stringify(project, null, 2)}\n`)
      .map(line => `    ${line},`)
      .join('\n')}\n    NULL};`,
    '',
    '#ifdef USAGE_MAIN',
    '/* What reports contain of their maker, where they go, and how their pseudonyms are made. */',
    assignInC('uc_client', JSON.stringify({name: 'usage-c', version})),
    assignInC('uc_contact', project.contact),
    assignInC('uc_endpoint', (addressOf(project.endpoint) ?? '').replace(/\/+$/, '')),
    assignInC('uc_inbox', inboxOf(project) ?? ''),
    assignInC('uc_write_key', project.writeKey ?? ''),
    flag('uc_wants_user', user),
    flag('uc_wants_script', script),
    assignInC('uc_rotate', rotate),
    assignInC('uc_year_begins', yearBegins ?? '01-01'),
    '#endif',
  ]
}

const flag = (name: string, isSet: boolean): string => `static const int ${name} = ${Number(isSet)};`

function surroundings({ciVendors, agentSigns, schedulers, scriptCopies, rankVariables}: ClientContent): string[] {
  return [
    '/* CI systems: id, whether CI must say yes, and variables with the pattern that each must fit. */',
    tableInC(
      'uc_ci_systems',
      ciVendors.map(({id, needsCi, signs}) => [
        id,
        needsCi ? 'yes' : 'no',
        ...signs.flatMap(({variable, pattern}) => [variable, pattern]),
        null,
      ]),
    ),
    '',
    '/* Coding agents: the variable of a sign, its pattern, and the id. */',
    tableInC(
      'uc_agents',
      agentSigns.map(({variable, pattern, id}) => [variable, pattern, id]),
    ),
    '',
    '/* Batch systems: a variable, and the name. */',
    tableInC('uc_schedulers', schedulers),
    '',
    '/* Copies of scripts by batch systems: a part of the path, the variables of job name and folder. */',
    tableInC(
      'uc_script_copies',
      scriptCopies.map(({part, job, folder}) => [part, job, folder]),
    ),
    '',
    '/* Ranks of MPI processes: a variable, and what is beside it in a job of the same launcher. */',
    tableInC(
      'uc_ranks',
      rankVariables.map(({variable, companion}) => [variable, companion]),
    ),
  ]
}

/** The list of declared values, with the values of each enum and the pattern of each text before it. */
function declare(name: string, declarations: Declarations): string[] {
  const entries = Object.entries(declarations)
  const lists = entries.map(([, declared], index) => {
    const words = wordsOf(declared)
    return words === null ? 'NULL' : {name: `${name}_${index}`, words}
  })
  return [
    ...lists.flatMap(list => (typeof list === 'string' ? [] : [listInC(list.name, list.words)])),
    `static const uc_declared ${name}[] = {`,
    ...entries.map(([field, declared], index) => {
      const {least, most} = boundsOf(declared)
      const list = lists[index]!
      const words = typeof list === 'string' ? list : list.name
      return `    {${quoteForC(field)}, '${kinds[declared.type]}', ${least}, ${most}, ${words}},`
    }),
    "    {NULL, 'x', 0, 0, NULL}};",
  ]
}

const kinds: Readonly<Record<Declaration['type'], string>> = {
  integer: 'i',
  number: 'n',
  boolean: 'b',
  enum: 'e',
  pattern: 'p',
  version: 'p',
}

function boundsOf(declared: Declaration): {least: string; most: string} {
  const {min, max} = declared.type === 'integer' || declared.type === 'number' ? declared : {}
  return {least: min === undefined ? '-1.7e308' : toDouble(min), most: max === undefined ? '1.7e308' : toDouble(max)}
}

const toDouble = (number: number): string => (/^-?\d+$/.test(`${number}`) ? `${number}.0` : `${number}`)

function wordsOf(declared: Declaration): readonly string[] | null {
  switch (declared.type) {
    case 'enum':
      return declared.values
    case 'version':
      return ['^[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}$']
    case 'pattern':
      return [toPosix(declared.pattern)]
    default:
      return null
  }
}

/** A pattern that fits nothing: a value of such a field is left out and counted. */
const fitsNothing = '^$.'

/**
 * The declared pattern as an extended regular expression of POSIX. Declared patterns have no look-around and no
 * references back, so only groups, lazy quantifiers and classes have another form. What POSIX cannot say fits nothing.
 */
export function toPosix(pattern: string): string {
  if (/\\[pPubBcx0sSWD]|\[[^\]]*\\[dws][^\]]*\]|\[\]|\[\^\]/.test(pattern)) return fitsNothing
  const posix = pattern
    .replaceAll('(?:', '(')
    .replace(/([*+?}])\?/g, '$1')
    .replaceAll('\\d', '[0-9]')
    .replaceAll('\\w', '[0-9A-Za-z_]')
    .replace(/\\([/:;,<>=!"'#%&@~_-])/g, '$1')
  return `^(${posix})$`
}
