/**
 * The prose of a Markdown page, a piece for each paragraph, item of a list and cell of a table. Code is one word, `CODE`, and links
 * are their texts. Blocks of code and comments are left out.
 */
export function readProse(markdown: string): string[] {
  return markdown
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .split(/\n{2,}/)
    .flatMap(splitBlock)
    .map(toPlain)
    .filter(text => text !== '')
}

/** The sentences of a piece of prose. A colon or a semicolon ends one only before a new line of thought, with a capital. */
export const splitSentences = (text: string): string[] => text.split(/(?<=[.?!][*)]*)\s+|(?<=[:;])\s+(?=[A-Z[*])/)

/** The words of a sentence: marks such as an arrow or a dash are none. */
export const countWords = (sentence: string): number => sentence.split(/\s+/).filter(word => /\w/.test(word)).length

function splitBlock(block: string): string[] {
  const lines = block.split('\n')
  if (lines.some(line => line.startsWith('|'))) return lines.flatMap(line => line.split(/(?<!\\)\|/))
  return block.split(/\n(?=\s*(?:[-*>]|\d+\.) |#)/)
}

const toPlain = (text: string): string =>
  text
    .replace(/^\s*(?:[-*>#]+|\d+\.)\s+/, '')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/`[^`]*`/g, 'CODE')
    .replace(/\s+/g, ' ')
    .trim()
