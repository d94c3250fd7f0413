/** Characters of a pattern. */
export const maxPatternLength = 200
/** Quantifiers of a pattern that can take many characters: more of them could make a value slow to check. */
const maxOpenQuantifiers = 3
/** Quantifiers of a pattern that take one or none. */
const maxOptionals = 6

/** What a pattern has to be, for people. */
export const patternWords = `must be a regular expression that is fast for every value (no repeated groups, back-references or look-around, at most ${maxOpenQuantifiers} of * + {m,n})`

/**
 * Whether a declared pattern is a regular expression that no value can make slow. Both ends check values that come from
 * others, so what could take exponential time is not a pattern here: no repeated groups, no references back, no
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
