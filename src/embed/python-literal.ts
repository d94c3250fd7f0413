/** The longest line of a generated text, in characters. */
const longestLine = 100

/** One level of a literal further in. */
const step = '    '

/**
 * Writes an assignment in Python, as black formats it: on one line if it fits into 100 characters, else one entry a line.
 * The value is one that JSON can contain. A text is split where it is too long.
 */
export const assignInPython = (name: string, value: unknown): string =>
  `${name} = ${layOut(value, '', `${name} = `, '')}`

/** Writes a table of words without quotes and backslashes, as `_rows` of the client reads it. */
export const tableInPython = (name: string, rows: readonly (readonly string[])[]): string =>
  [`${name} = _rows(`, `    """`, ...rows.map(cells => cells.join('  ')), '"""', ')'].join('\n')

/** A value that begins behind `before` and is followed by `after`. */
function layOut(value: unknown, indent: string, before: string, after: string): string {
  const flat = write(value)
  if (before.length + flat.length + after.length <= longestLine) return flat
  const inner = indent + step
  if (typeof value === 'string') return ['(', ...pieces(value, inner), `${indent})`].join('\n')
  if (Array.isArray(value))
    return ['[', ...value.map(one => `${inner}${layOut(one, inner, inner, ',')},`), `${indent}]`].join('\n')
  if (!isRecord(value)) return flat
  const entries = Object.entries(value).map(([key, one]) => {
    const opening = `${inner}${quote(key)}: `
    return `${opening}${layOut(one, inner, opening, ',')},`
  })
  return ['{', ...entries, `${indent}}`].join('\n')
}

/** A value on one line. */
function write(value: unknown): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${value.map(write).join(', ')}]`
  if (!isRecord(value)) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, one]) => `${quote(key)}: ${write(one)}`)
  return `{${entries.join(', ')}}`
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** The lines of a text that is too long for one: a line of the text, or as many words as fit, each. */
function pieces(text: string, indent: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const [word] of text.matchAll(/\n|\S{1,60}[^\S\n]?|[^\S\n]/gu)) {
    const isFull = `${indent}${quote(line + word)}\\n`.length > longestLine
    if (line !== '' && (line.endsWith('\n') || (isFull && word !== '\n'))) {
      lines.push(line)
      line = ''
    }
    line += word
  }
  return [...lines, line].map(one => indent + quote(one))
}

/**
 * A text as a word of Python, in the quotes that need fewer escapes: letters, digits and signs as they are, all else
 * escaped.
 */
function quote(text: string): string {
  const mark = text.split('"').length > text.split("'").length ? "'" : '"'
  const escaped = text.replaceAll('\\', '\\\\').replaceAll(mark, `\\${mark}`).replaceAll('\n', '\\n')
  return mark + escaped.replace(/[^ \p{L}\p{N}\p{P}\p{S}]/gu, escapeLetter) + mark
}

const escapeLetter = (letter: string): string => {
  const code = letter.codePointAt(0) ?? 0
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
