import {readFileSync} from 'node:fs'
import {addressOf, collectionVersion, destinationKey, type ProjectFile} from '../protocol/project/project-file.ts'
import {writeConsentValues} from './consent-values.ts'
import {assignText, quoteForShell} from './shell-text.ts'
import {type Surroundings, writeRank, writeScriptPath, writeSurroundings} from './surroundings.ts'

/** The shells that a library is made for; `sh` is dash, busybox and what else is POSIX with aliases. */
export const shells = ['bash', 'zsh', 'sh'] as const
export type Shell = (typeof shells)[number]

/** What a library carries with it, so that it needs no program until something is sent. */
export interface LibraryContent extends Surroundings {
  /** What does not depend on where the library runs: the beginning of the notice, also in a CI system, and its end. */
  readonly notice: {readonly head: string; readonly ciHead: string; readonly end: string}
}

/** Parts that are the same for all, and those of each shell. The shells need another kind of list of their traps. */
const parts: Readonly<Record<Shell, readonly string[]>> = {
  bash: ['common', 'entry', 'bash', 'last'],
  zsh: ['common', 'entry', 'zsh', 'last'],
  sh: ['common', 'entry', 'traps', 'sh', 'last'],
}

/** For which shells a file is, as it says in another one. */
const shellNames: Readonly<Record<Shell, string>> = {bash: 'bash', zsh: 'zsh', sh: 'POSIX shells other than zsh'}

/** What a shell remembers of its run. */
const state =
  'run started ended command_run header ci agent scheduler app_version outcome \\\n      start_uptime outer_run outer_scope is_blocked'

/** Nothing is known yet of what a call will not record. */
const fresh = ['_usage_why=', '_usage_wrong=', '_usage_failed=', '_usage_left_out=0']

/**
 * Keeps what a function does out of `set -x`, its variables out of the environment under `set -a`, and a DEBUG trap out
 * of what it calls under `set -T`; in zsh it also makes the function read as sh does.
 */
const quiet = (shell: Shell): string => {
  const lines = [
    'case $- in',
    '  *a*) set +a && _usage_exports=yes ;;',
    '  *) _usage_exports= ;;',
    'esac',
    'case ${BASH_VERSION:+$-} in',
    '  *T*) set +T && _usage_inherits=yes ;;',
    '  *) _usage_inherits= ;;',
    'esac',
    'case $- in',
    '  *x*) set +x && _usage_trace=yes ;;',
    '  *) _usage_trace= ;;',
    'esac',
    ...fresh,
  ]
  return [
    '{',
    ...[...(shell === 'zsh' ? ['emulate -L sh'] : []), ...lines].map(line => `  ${line}`),
    '} 2>/dev/null',
  ].join('\n  ')
}

/** The counterpart of `quiet`, at the end of a function. */
const loud = `[ -z "$_usage_exports" ] || set -a
  [ -z "$_usage_inherits" ] || set -T
  case $_usage_trace,$_usage_failed in
    yes,) set -x ;;
    yes,yes) set -x && return 2 ;;
    ,yes) return 2 ;;
  esac`

/**
 * Writes the shell functions of one project: a text that a script sources, by process substitution or as a file beside
 * it. Pure but for reading its own parts; the same project gives the same text.
 */
export function writeLibrary(shell: Shell, content: LibraryContent): string {
  const texts = parts[shell].map(part =>
    readPart(part)
      .replaceAll('@QUIET@', quiet(shell))
      .replaceAll('@LOUD@', loud)
      .replace('@FRESH@', fresh.join('\n  '))
      .replace('@SHELL@', shellNames[shell])
      .replace('@STATE@', state)
      .replace('@STARTED_AS@', shell === 'zsh' ? '${ZSH_ARGZERO-}' : '$0'),
  )
  const found = [
    writeConsentValues('_usage', content.consent),
    writeOwnVariable(content.project),
    writeDeclared(content.project),
    writeRank('_usage', content),
    writeScriptPath('_usage', '_usage_script_path', content),
    writeSurroundings('_usage', content),
  ]
  return [writeHead(shell, content), `${found.join('\n\n')}\n`, ...texts].join('\n')
}

/** Shipped as it is, beside the built modules' sources. */
const readPart = (part: string): string => readFileSync(new URL(`../../src/shell/${part}.sh`, import.meta.url), 'utf8')

function writeHead(shell: Shell, {project, notice}: LibraryContent): string {
  const application = project.application === undefined ? 'null' : JSON.stringify(project.application)
  const values = {
    project: project.project,
    folder: `${project.project}-${destinationKey(project)}`,
    version: collectionVersion(project),
    application,
    counts_ci: project.ci === 'off' ? 'no' : 'yes',
    asks_first: project.consent === 'opt-in' ? 'yes' : 'no',
    has_endpoint: addressOf(project.endpoint) === null ? 'no' : 'yes',
    notice_head: notice.head,
    ci_notice_head: notice.ciHead,
    notice_end: notice.end,
    document: `${JSON.stringify(project, null, 2)}\n`,
  }
  return [
    `# shellcheck shell=${shell === 'sh' ? 'dash' : 'bash'} disable=SC1003,SC2015,SC2016,SC2034,SC2154,SC2319,SC3028,SC3044,SC3067`,
    `# Counts the use of ${project.project}. Never waits, never fails, prints only one notice, once.`,
    `# Made by: usage shell ${shell} --project ${project.project}`,
    '#   usage_start [VERSION]        a run starts',
    '#   usage_feature NAME [TYPE]    a feature was used',
    '#   usage_end [CODE]             the run ends',
    '#   usage_trap                   has the run end whenever the script ends',
    '# Contents: the project, what the environment says, then the parts named by a line of dashes.',
    '',
    '# In braces: a DEBUG trap of the script prints nothing of it, and nothing is exported.',
    '{',
    '  case $- in',
    '    *a*) set +a && _usage_all=yes ;;',
    '    *) _usage_all= ;;',
    '  esac',
    '  case ${BASH_VERSION:+$-} in',
    '    *T*) set +T && _usage_all=$_usage_all-T ;;',
    '  esac',
    ...Object.entries(values).map(([name, value]) => assignText(`_usage_${name}`, value, '  ')),
    '} >/dev/null 2>&1',
    '',
  ].join('\n')
}

/** Writes the function that is true where the project's own variable opts out. */
function writeOwnVariable({environmentVariable}: ProjectFile): string {
  const body = environmentVariable === undefined ? 'return 1' : `_usage_is_opt_out "\${${environmentVariable}-}"`
  return `_usage_is_opt_out_by_own_variable() { ${body}; }`
}

/** Writes the function that is true for a declared feature. It is asked under USAGE_DEBUG and USAGE_STRICT alone. */
function writeDeclared({features: {types, names, allowOther}}: ProjectFile): string {
  const toCase = (words: readonly string[]) => [...new Set(words)].map(word => `    ${quoteForShell(word)}) ;;`)
  const others = allowOther ? ["    '' | *[!0-9A-Za-z\\ ._:+\\(\\)\\>-]*) return 1 ;;"] : ['    *) return 1 ;;']
  return [
    '# TYPE NAME: whether the project declares the feature.',
    '_usage_is_declared() {',
    '  case $1 in',
    ...toCase(types),
    '    *) return 1 ;;',
    '  esac',
    '  case $2 in',
    ...toCase(names),
    ...others,
    '  esac',
    '}',
  ].join('\n')
}
