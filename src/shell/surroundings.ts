import type {ProjectFile} from '../protocol/project/project-file.ts'
import type {ConsentTerms} from './consent-values.ts'
import {quoteForShell} from './shell-text.ts'

/** A CI system: patterns of whole values, with `*` for any text; `*` alone is any word that does not say no. */
export interface CiVendor {
  readonly id: string
  readonly signs: readonly {readonly variable: string; readonly pattern: string}[]
  readonly needsCi: boolean
}

/** What a shell finds out of its environment, and the prefix of the names of functions and variables. */
export interface Surroundings {
  readonly project: ProjectFile
  readonly consent: ConsentTerms
  /** CI systems, the first whose signs are all there counts; `needsCi`: only where `CI` says yes. */
  readonly ciVendors: readonly CiVendor[]
  /** Signs of coding agents: the first that is there counts. */
  readonly agentSigns: readonly {readonly id: string; readonly variable: string; readonly pattern: string}[]
  /** Variables of batch systems with their names: the first that is set is it. */
  readonly schedulers: readonly (readonly [variable: string, name: string])[]
  /** Variables with the rank of an MPI process: the first counts that is a number and has its companion beside it. */
  readonly rankVariables: readonly {readonly variable: string; readonly companion: string}[]
  /** How batch systems name the copies of scripts that they run: a part of the path, and two variables. */
  readonly scriptCopies: readonly {readonly part: string; readonly job: string; readonly folder: string}[]
}

/** Writes the function that replaces the path of a batch system's copy of a script, which is another one in each job. */
export function writeScriptPath(prefix: string, variable: string, {scriptCopies}: Surroundings): string {
  const cases = scriptCopies.map(({part, job, folder}) => `    *${part}*) set -- "\${${folder}-}" "\${${job}-}" ;;`)
  return `# A batch system runs a copy of a script, under another path in each job: the name of the job in
# the folder of its submission stands for it.
${prefix}_name_script() {
  case $${variable} in
${cases.join('\n')}
    *) return 0 ;;
  esac
  case $1/$2 in /*/?*) ${variable}=$1/$2 ;; esac
}`
}

/** Writes the function that is true where events are recorded: an MPI job is counted once, by its rank 0. */
export function writeRank(prefix: string, {project, rankVariables}: Surroundings): string {
  if (project.schedulers.mpi !== 'rank-0') return `${prefix}_is_counted_rank() { :; }`
  const ranks = rankVariables.map(one => `"\${${one.variable}-}\${${one.companion}:+/}"`).join(' \\\n    ')
  return `# Whether this process counts: an MPI job is counted once, by its rank 0. A rank without what the
# same launcher sets beside it was left behind by another job.
${prefix}_is_counted_rank() {
  for ${prefix}_word in \\
    ${ranks}; do
    case $${prefix}_word in
      '' | / | *[!/] | *[!0-9]*/) ;;
      *[1-9]*) return 1 ;;
      *) return 0 ;;
    esac
  done
}`
}

/** Writes the function that finds the CI system and the batch system. It expands variables and starts no process. */
export function writeSurroundings(prefix: string, {ciVendors, agentSigns, schedulers}: Surroundings): string {
  const batch = schedulers.map(([variable, name]) => takeFirst(`${prefix}_scheduler`, variable, name))
  const [words, values] = [ciVendors.filter(one => one.needsCi), ciVendors.filter(one => !one.needsCi)]
  return `# WORD: whether it is a word, and none that says no.
${prefix}_is_yes() {
  case $1 in '' | 0 | [Nn][Oo] | [Oo][Ff][Ff] | [Ff][Aa][Ll][Ss][Ee]) return 1 ;; esac
}

# ID WORD...: this CI system, if each word says yes and no other is found.
${prefix}_take_ci() {
  for ${prefix}_word in "$@"; do
    ${prefix}_is_yes "$${prefix}_word" || return 0
  done
  ${prefix}_ci=\${${prefix}_ci:-$1}
}

# ID WORD: this agent, if the word says yes and no other is found.
${prefix}_take_agent() { ! ${prefix}_is_yes "$2" || ${prefix}_agent=\${${prefix}_agent:-$1}; }

# Finds the batch system, the agent and the CI system that this runs in: the first of each that is
# there.
# ${prefix}_is_ci is empty where only CI=true says so: that labels a run, and opens nothing.
${prefix}_surroundings() {
  ${prefix}_scheduler=
${batch.join('\n')}
  ${prefix}_agent=
${writeAgents(prefix, agentSigns)}
  ${prefix}_ci=
  ${prefix}_is_ci=
  [ -z "\${CI-}" ] || ${prefix}_is_yes "$CI" || return 0
${values.map(one => takeValues(prefix, one)).join('\n')}
  ${prefix}_is_ci=$${prefix}_ci
  case \${CI-} in 1 | [Oo][Nn] | [Yy][Ee][Ss] | [Tt][Rr][Uu][Ee]) ;; *) return 0 ;; esac
${words.map(one => takeWords(prefix, one)).join('\n')}
  ${prefix}_is_ci=$${prefix}_ci
  ${prefix}_ci=\${${prefix}_ci:-ci}
}`
}

/** Takes the first agent whose sign is there: values that fit a pattern first, then words that do not say no. */
function writeAgents(prefix: string, agentSigns: Surroundings['agentSigns']): string {
  const found = `${prefix}_agent=\${${prefix}_agent:-`
  const takes = [...Map.groupBy(agentSigns, ({variable}) => variable)].flatMap(([variable, signs]) => {
    const values = signs.filter(({pattern}) => pattern !== '*')
    const branches = values.map(({id, pattern}) => `    ${quotePattern(pattern)}) ${found}${id}} ;;`)
    const words = signs.filter(({pattern}) => pattern === '*')
    return [
      ...(branches.length > 0 ? [`  case \${${variable}-} in`, ...branches, '  esac'] : []),
      ...words.map(({id}) => `  ${prefix}_take_agent ${id} "\${${variable}-}"`),
    ]
  })
  return takes.join('\n')
}

/** Takes a CI system whose values fit their patterns. */
function takeValues(prefix: string, {id, signs}: CiVendor): string {
  const values = signs.map(({variable}) => `\${${variable}-}`).join(':')
  const patterns = signs.map(({pattern}) => quotePattern(pattern)).join(':')
  return `  case ${values} in ${patterns}) ${prefix}_take_ci ${id} ;; esac`
}

/** Takes a CI system whose words say yes; a word that has to contain a text is empty where it does not. */
function takeWords(prefix: string, {id, signs}: CiVendor): string {
  const words = signs.filter(({pattern}) => pattern === '*').map(({variable}) => ` "\${${variable}-}"`)
  const others = signs.filter(({pattern}) => pattern !== '*')
  const take = `${prefix}_take_ci ${id}${words.join('')}`
  if (others.length === 0) return `  ${take}`
  const values = others.map(({variable}) => `\${${variable}-}`).join(':')
  return `  case ${values} in ${others.map(({pattern}) => quotePattern(pattern)).join(':')}) ${take} ;; esac`
}

/** A pattern in the words of `case`: `*` and `?` keep their meaning, everything else is literal. */
const quotePattern = (pattern: string): string =>
  pattern.replaceAll(/[^*?]+/g, text => (/[^\w./:-]/.test(text) ? quoteForShell(text) : text))

/** Keeps an answer that is there already, else sets it to the name if the variable is set. */
const takeFirst = (answer: string, variable: string, name: string): string =>
  `  ${answer}=\${${answer}:-\${${variable}:+${name}}}`
