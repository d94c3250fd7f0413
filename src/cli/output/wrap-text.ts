/** The number of visible characters: colours have no width, and backticks are removed when the text is shown. */
const lengthOf = (text: string): number => [...text.replace(/\u001b\[\d+m|`/g, '')].length

/**
 * Splits a line at spaces that are not between two backticks: what a person types literally stays on one line. The
 * backticks are paired from the end. Takes time in proportion to the length: a line may come from outside.
 */
function splitWords(line: string): string[] {
  const words = ['']
  const pieces = line.split('`')
  for (const [index, piece] of pieces.entries()) {
    const isLiteral = (pieces.length - index) % 2 === 0
    const [first = '', ...others] = isLiteral ? [piece] : piece.split(' ')
    words.push(`${words.pop()}${index === 0 ? '' : '`'}${first}`)
    for (const word of others) words.push(word)
  }
  return words
}

/**
 * Breaks each line of a text at spaces, so that it has at most `width` visible characters if each word fits. Pure.
 *
 * @param hanging what the further lines of a broken line begin with. Default: the indent of its first line
 */
export function wrapText(text: string, width: number, hanging?: string): string {
  return text
    .split('\n')
    .map(line => wrapLine(line, width, hanging))
    .join('\n')
}

/**
 * Breaks the lines of an answer. Further lines of a broken line are indented by two more spaces. Lines with an indent of 4
 * or more, such as a record or JSON, are never broken: a person searches for them. Pure.
 */
export function wrapAnswer(text: string, width: number): string {
  const lines = text.split('\n')
  return lines
    .map(line => (line.startsWith('    ') ? line : wrapLine(line, width, `${/^ */.exec(line)?.[0]}  `)))
    .join('\n')
}

function wrapLine(line: string, width: number, hanging?: string): string {
  if (lengthOf(line) <= width) return line
  const indent = /^ */.exec(line)?.[0] ?? ''
  const lines: string[] = []
  for (const word of splitWords(line.slice(indent.length))) {
    const last = lines.at(-1)
    if (last === undefined) lines.push(indent + word)
    else if (lengthOf(last) + 1 + lengthOf(word) <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push((hanging ?? indent) + word)
  }
  return lines.map(one => one.trimEnd()).join('\n')
}
