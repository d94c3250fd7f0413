/** The most words that are proposed. */
const mostWords = 3

/**
 * The known words that a person may have meant by a word that is unknown, the nearest first. Pure.
 *
 * A word is near if a third of its letters, at least one, would have to be inserted, removed, replaced or exchanged with
 * the next one. Upper case counts as lower case.
 */
export function nearestWords(typed: string, known: readonly string[]): string[] {
  // Longer words are no typing mistakes, and comparing them would take long.
  if (typed.length > 64) return []
  const most = Math.max(1, Math.floor(typed.length / 3))
  const found = [...new Set(known)].map(word => ({word, distance: distanceOf(typed.toLowerCase(), word.toLowerCase())}))
  const near = found.filter(({distance}) => distance <= most)
  const least = Math.min(...near.map(({distance}) => distance))
  return near
    .filter(({distance}) => distance === least)
    .map(({word}) => word)
    .sort()
    .slice(0, mostWords)
}

/** How many letters differ: insertions, removals, replacements and exchanges of neighbours. */
function distanceOf(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({length: to.length + 1}, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1]
      const isExchanged = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current.push(
        Math.min(
          last[column]! + 1,
          current[column - 1]! + 1,
          last[column - 1]! + (isSame ? 0 : 1),
          isExchanged ? beforeLast[column - 2]! + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    beforeLast = last
    last = current
  }
  return last[to.length]!
}

/** `Did you mean A or B?`, each between backticks; null without a word. */
export function writeProposal(words: readonly string[]): string | null {
  const quoted = words.map(word => `\`${word}\``)
  const [last] = quoted.slice(-1)
  if (last === undefined) return null
  return `Did you mean ${[quoted.slice(0, -1).join(', '), last].filter(part => part !== '').join(' or ')}?`
}
