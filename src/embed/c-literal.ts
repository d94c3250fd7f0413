/** The longest line of the file, in characters. */
const longestLine = 100

/** A text as a literal of C, on one line. `?` is escaped, because `??` begins a trigraph. */
export const quoteForC = (text: string): string =>
  `"${text.replace(/["\\?\p{Cc}]/gu, letter => escapes[letter] ?? octal(letter))}"`

const escapes: Readonly<Record<string, string>> = {'"': '\\"', '\\': '\\\\', '?': '\\?', '\n': '\\n', '\t': '\\t'}

const octal = (letter: string): string =>
  [...Buffer.from(letter)].map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join('')

/** A constant text. A long one is split between lines, and behind each of its own lines. */
export function assignInC(name: string, text: string): string {
  const opening = `static const char ${name}[] = `
  const flat = `${opening}${quoteForC(text)};`
  if (flat.length <= longestLine && !text.includes('\n')) return flat
  return `${opening.trimEnd()}\n${literalLines(text)
    .map(line => `    ${line}`)
    .join('\n')};`
}

/** A text as literals that follow one another, each on a line of its own. */
export function literalLines(text: string): string[] {
  return text.split(/(?<=\n)/).flatMap(line => {
    const pieces: string[] = []
    for (let rest = line; rest !== ''; rest = rest.slice(pieceLength(rest)))
      pieces.push(quoteForC(rest.slice(0, pieceLength(rest))))
    return pieces
  })
}

/** How much of a text fits on a line, in UTF-16 code units. Never half a pair. */
function pieceLength(text: string): number {
  let length = Math.min(text.length, longestLine)
  while (quoteForC(text.slice(0, length)).length > longestLine - 6) length--
  return /[\ud800-\udbff]/.test(text[length - 1] ?? '') ? length - 1 : length
}

/** A list of words that ends with NULL, laid out in lines. */
export const listInC = (name: string, words: readonly string[]): string =>
  `static const char *const ${name}[] = {${layOut([...words.map(quoteForC), 'NULL'])}};`

/** A table of words, one row a line, that ends with NULL. `null` in a row is NULL. */
export const tableInC = (name: string, rows: readonly (readonly (string | null)[])[]): string =>
  `static const char *const ${name}[] = {\n${[
    ...rows.map(row => `${wrap(row.map(word => (word === null ? 'NULL' : quoteForC(word))))},`),
    '    NULL};',
  ].join('\n')}`

/** Entries on one line if they fit behind the name, else on lines of their own. */
export function layOut(entries: readonly string[]): string {
  const flat = entries.join(', ')
  return flat.length <= 50 ? flat : `\n${wrap(entries)}`
}

function wrap(entries: readonly string[]): string {
  const lines = ['']
  for (const entry of entries) {
    const line = lines.at(-1)!
    if (line !== '' && line.length + entry.length + 2 > longestLine - 6) lines.push(entry)
    else lines[lines.length - 1] = line === '' ? entry : `${line}, ${entry}`
  }
  return lines.map(line => `    ${line}`).join(',\n')
}
