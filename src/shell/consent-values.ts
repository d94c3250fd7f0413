/** What the clients in other languages need of the consent rules. The reporter has the tables. */
export interface ConsentTerms {
  /** Reasons after which no event may wait in the buffer. */
  readonly optOutReasons: readonly string[]
  /** Values of the variables that do not opt out, in lower case. */
  readonly silentValues: Readonly<Record<'doNotTrack' | 'tracking', readonly string[]>>
}

/** Writes the functions that are true where the value of a variable opts out. They start no process. */
export function writeConsentValues(prefix: string, {silentValues}: ConsentTerms): string {
  const {doNotTrack, tracking} = silentValues
  return `# VALUE: whether the variable USAGE_TRACKING, or the project's own, opts out: any word but these,
# in any case and with spaces around it.
${writeTest(prefix, 'opt_out', tracking)}

# VALUE: whether DO_NOT_TRACK opts out.
${writeTest(prefix, 'do_not_track', doNotTrack)}`
}

const writeTest = (prefix: string, name: string, silent: readonly string[]): string => `${prefix}_is_${name}() {
  ${prefix}_word=\${1#"\${1%%[![:space:]]*}"}
  ${prefix}_word=\${${prefix}_word%"\${${prefix}_word##*[![:space:]]}"}
  case $${prefix}_word in
    ${silent.map(toPattern).join(' | ')}) return 1 ;;
  esac
}`

/** A word as a pattern that matches it in any case. */
const toPattern = (word: string): string =>
  word === '' ? "''" : word.replaceAll(/[a-z]/g, letter => `[${letter.toUpperCase()}${letter}]`)
