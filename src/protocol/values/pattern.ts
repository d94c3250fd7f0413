/** The most characters of a pattern. */
export const maxPatternLength = 200
/** The most unbounded quantifiers of a pattern: with more, some values are slow to check. */
const maxOpenQuantifiers = 3
/** The most `?` quantifiers of a pattern. */
const maxOptionals = 6

/** The rule for patterns, for people. */
export const patternWords = `must be a regular expression that is fast for every value (no repeated groups, back-references or look-around, at most ${maxOpenQuantifiers} of * + {m,n})`

/**
 * Whether a declared pattern is a regular expression that is fast for every value. The sender and the collector check
 * values from outside, so patterns with exponential time are rejected: no repeated groups, no back-references, no
 * look-around, and few quantifiers. A group may be optional or have alternatives.
 */
export function isSafePattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u')
  } catch {
    return false
  }
  const plain = pattern
    .replace(/\\[1-9k]/g, '(?=')
    .replace(/\\./gs, 'x')
    .replace(/\[[^\]]*\]/g, 'x')
  if (/\(\?(?!:)/.test(plain)) return false
  if (/\)(?:[*+]|\{)/.test(plain)) return false
  const open = plain.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0
  const optional = plain.match(/(?<!\()\?/g)?.length ?? 0
  return open <= maxOpenQuantifiers && optional <= maxOptionals
}
