import type {Environment} from './environment.ts'

/**
 * One variable that a CI system or a coding agent sets. `pattern` is the whole value as a shell's `case` reads it: `*` is
 * any text, `?` one character. `*` alone is any word that does not say no.
 */
export interface Sign {
  readonly variable: string
  readonly pattern: string
}

/** Words that say no, in lower case. */
export const noes: readonly string[] = ['0', 'false', 'no', 'off']

/** Whether the environment has a sign. */
export function isThere(environment: Environment, {variable, pattern}: Sign): boolean {
  const value = environment[variable] ?? ''
  if (value === '') return false
  if (pattern === '*') return !noes.includes(value.toLowerCase())
  const source = pattern.replaceAll(/[*?]|[^*?\w]/g, letter => wildcards[letter] ?? `\\${letter}`)
  return new RegExp(`^${source}$`, 's').test(value)
}

const wildcards: Readonly<Record<string, string>> = {'*': '.*', '?': '.'}
