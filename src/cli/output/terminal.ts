/** The width of a line where the terminal does not say another one. */
const usualWidth = 80
/** Below this, words would be cut everywhere. */
const leastWidth = 20

type Environment = Readonly<Record<string, string | undefined>>

/** The width of an output in characters: `COLUMNS`, else what the terminal says, else 80. */
export function widthOf(output: {readonly columns?: number}, environment: Environment): number {
  return knownWidthOf(output, environment) ?? usualWidth
}

/** The same, or null for a file or a pipe, whose width nothing says. */
export function knownWidthOf(output: {readonly columns?: number}, environment: Environment): number | null {
  const told = Number(environment['COLUMNS'])
  if (Number.isInteger(told) && told > 0) return Math.max(told, leastWidth)
  return output.columns ? Math.max(output.columns, leastWidth) : null
}

/**
 * Whether the locale can show more than ASCII: `LC_ALL`, `LC_CTYPE` or `LANG`, the first that is set, names UTF-8.
 * Without any of them the locale is C. Windows has none of these variables, and its terminals show UTF-8.
 */
export function showsUnicode(environment: Environment, platform: string = process.platform): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG']
  return locale ? /utf-?8/i.test(locale) : platform === 'win32'
}
