import {readFileSync} from 'node:fs'
import {addressOf, collectionVersion, destinationKey, type ProjectFile} from '../protocol/project-file.ts'

/** The shells that a library is made for; `sh` is dash, busybox and what else is POSIX with aliases. */
export const shells = ['bash', 'zsh', 'sh'] as const
export type Shell = (typeof shells)[number]

/** What a library carries with it, so that it needs no program until something is sent. */
export interface LibraryContent {
  readonly project: ProjectFile
  /** The notice up to where the path of the opt-out file stands: the library knows it only where it runs. */
  readonly noticeText: string
  /** Conditions in the words of `test`, each with the short id of a CI system: the first that holds is it. */
  readonly ciConditions: readonly (readonly [condition: string, id: string])[]
  /** Variables of batch systems with their names, and those that say an MPI rank: the first that is set counts. */
  readonly schedulers: readonly (readonly [variable: string, name: string])[]
  readonly rankVariables: readonly string[]
}

/** Parts that are the same for all, and those of each shell. The shells need another kind of list of their traps. */
const parts: Readonly<Record<Shell, readonly string[]>> = {
  bash: ['common', 'entry', 'bash', 'last'],
  zsh: ['common', 'entry', 'zsh', 'last'],
  sh: ['common', 'entry', 'traps', 'sh', 'last'],
}

/** Keeps what the functions do out of `set -x`; in zsh it makes them read as sh as well, for themselves alone. */
const quiet = (shell: Shell): string =>
  `{ ${shell === 'zsh' ? 'emulate -L sh; ' : ''}case $- in *x*) set +x && _usage_trace=yes ;; *) _usage_trace= ;; esac; } 2>/dev/null`

/**
 * Writes the shell functions of one project: a text that a script sources, by process substitution or as a file beside
 * it. Pure but for reading its own parts; the same project gives the same text.
 */
export function writeLibrary(shell: Shell, content: LibraryContent): string {
  const texts = parts[shell].map(part => readPart(part).replaceAll('@QUIET@', quiet(shell)))
  return [writeHead(shell, content), writeSurroundings(content), ...texts].join('\n')
}

/** Shipped as it is, beside the built modules' sources. */
const readPart = (part: string): string => readFileSync(new URL(`../../src/shell/${part}.sh`, import.meta.url), 'utf8')

function writeHead(shell: Shell, {project, noticeText}: LibraryContent): string {
  const application = project.application === undefined ? 'null' : JSON.stringify(project.application)
  const values = {
    project: project.project,
    folder: `${project.project}-${destinationKey(project)}`,
    version: collectionVersion(project),
    application,
    counts_ci: project.ci === 'off' ? 'no' : 'yes',
    asks_first: project.consent === 'opt-in' ? 'yes' : 'no',
    has_endpoint: addressOf(project.endpoint) === null ? 'no' : 'yes',
    notice_text: noticeText,
    document: `${JSON.stringify(project, null, 2)}\n`,
  }
  const state = ['run', 'ended', 'trusted', 'header', 'ci', 'scheduler', 'app_version', 'outcome', 'begun', 'outer']
  return [
    `# shellcheck shell=${shell === 'sh' ? 'dash' : 'bash'} disable=SC1003,SC2016,SC2034,SC2154,SC2319,SC3028,SC3067`,
    `# Counts the use of ${project.project}: usage_start [VERSION], usage_feature NAME [TYPE], usage_end [CODE], usage_trap.`,
    `# Made by: usage shell ${shell} --project ${project.project}. Never waits, never fails, prints nothing but a notice, once.`,
    ...Object.entries(values).map(([name, value]) => `_usage_${name}=${quoteForShell(value)}`),
    '# Sourced once more by the same shell, for the same project, the run that is open stays so.',
    'if [ "${_usage_loaded-}" != "$$ $_usage_folder" ]; then',
    ...state.map(name => `  _usage_${name}=`),
    'fi',
    '_usage_loaded="$$ $_usage_folder"',
    '_usage_script_path=',
    `_usage_started_as=${shell === 'zsh' ? '${ZSH_ARGZERO-}' : '$0'}`,
    '',
  ].join('\n')
}

function writeSurroundings({project, ciConditions, schedulers, rankVariables}: LibraryContent): string {
  const variable = project.environmentVariable
  const ranks = rankVariables.map(name => `"\${${name}-}"`).join(' ')
  const rank = `  for _usage_word in ${ranks}; do
    case $_usage_word in '' | *[!0-9]*) ;; *[1-9]*) return 1 ;; *) return 0 ;; esac
  done`
  return `_usage_is_off_by_own_variable() { ${variable === undefined ? 'return 1' : `_usage_is_off "\${${variable}-}"`}; }

# An MPI job is counted once, by its rank 0.
_usage_is_counted_rank() {
${project.schedulers.mpi === 'rank-0' ? rank : '  return 0'}
}

# The CI system and the batch system that this runs in.
_usage_surroundings() {
  _usage_ci=
  _usage_scheduler=
${schedulers.map(([name, id], index) => `  ${index === 0 ? 'if' : 'elif'} [ -n "\${${name}-}" ]; then _usage_scheduler=${id}`).join('\n')}
  fi
  [ "\${CI-}" != false ] || return 0
${ciConditions.map(([condition, id], index) => `  ${index === 0 ? 'if' : 'elif'} ${condition}; then _usage_ci=${id}`).join('\n')}
  else
    case \${CI-} in 1 | [Tt][Rr][Uu][Ee]) _usage_ci=ci ;; esac
  fi
}
`
}

/** A text as one word of a shell, whatever is in it. */
export const quoteForShell = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
