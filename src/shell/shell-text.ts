/** The longest line of a generated text, in characters. */
const longestLine = 100

/** A text as one word of a shell, whatever it contains. */
export const quoteForShell = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/**
 * Sets a variable of a shell to a text. Lines are at most 100 characters long: the text goes on in further assignments,
 * which append to the variable. Each assignment begins with the indent.
 */
export function assignText(name: string, text: string, indent = ''): string {
  const further = `${indent}${name}=$${name}'`
  let script = `${indent}${name}='`
  let length = script.length
  for (const [word] of text.matchAll(/\n|'|[^\s']{1,60}[^\S\n]?|[^\S\n]/gu)) {
    const quoted = word.replaceAll("'", "'\\''")
    if (word !== '\n' && length + quoted.length >= longestLine) {
      script += `'\n${further}`
      length = further.length
    }
    script += quoted
    length = word === '\n' ? 0 : length + quoted.length
  }
  return `${script}'`
}
