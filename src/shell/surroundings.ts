import type {ProjectFile} from '../protocol/project-file.ts'
import type {ConsentTerms} from './consent-values.ts'

/** What a shell finds out of its environment, and the prefix of the names of functions and variables. */
export interface Surroundings {
  readonly project: ProjectFile
  readonly consent: ConsentTerms
  /** Conditions in the words of `test`, each with the short id of a CI system: the first that holds is it. */
  readonly ciConditions: readonly (readonly [condition: string, id: string])[]
  /** Variables of batch systems with their names: the first that is set is it. */
  readonly schedulers: readonly (readonly [variable: string, name: string])[]
  /** Variables that contain the rank of an MPI process: the first that is a number counts. */
  readonly rankVariables: readonly string[]
}

/** Writes the function that is true where events are recorded: an MPI job is counted once, by its rank 0. */
export function writeRank(prefix: string, {project, rankVariables}: Surroundings): string {
  if (project.schedulers.mpi !== 'rank-0') return `${prefix}_is_counted_rank() { :; }`
  const ranks = rankVariables.map(name => `"\${${name}-}"`).join(' \\\n    ')
  return `# Whether this process counts: an MPI job is counted once, by its rank 0.
${prefix}_is_counted_rank() {
  for ${prefix}_word in \\
    ${ranks}; do
    case $${prefix}_word in
      '' | *[!0-9]*) ;;
      *[1-9]*) return 1 ;;
      *) return 0 ;;
    esac
  done
}`
}

/** Writes the function that finds the CI system and the batch system. It expands variables and starts no process. */
export function writeSurroundings(prefix: string, {ciConditions, schedulers}: Surroundings): string {
  const batch = schedulers.map(([variable, name]) => takeFirst(`${prefix}_scheduler`, variable, name))
  const ci = ciConditions.map(([condition, id]) => {
    const [, variable] = /^\[ -n "\$\{(\w+)-\}" \]$/.exec(condition) ?? []
    if (variable !== undefined) return takeFirst(`${prefix}_ci`, variable, id)
    const test = condition.replaceAll('_usage_has', `${prefix}_has`)
    return `  if ${test}; then\n    ${prefix}_ci=\${${prefix}_ci:-${id}}\n  fi`
  })
  return `# Finds the batch system and the CI system that this runs in: the first of each that is there.
${prefix}_surroundings() {
  ${prefix}_scheduler=
${batch.join('\n')}
  ${prefix}_ci=
  [ "\${CI-}" != false ] || return 0
${ci.join('\n')}
  case \${CI-} in 1 | [Tt][Rr][Uu][Ee]) ${prefix}_ci=\${${prefix}_ci:-ci} ;; esac
}`
}

/** Keeps an answer that is there already, else sets it to the name if the variable is set. */
const takeFirst = (answer: string, variable: string, name: string): string =>
  `  ${answer}=\${${answer}:-\${${variable}:+${name}}}`
