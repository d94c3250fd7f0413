/**
 * What our own texts contain beyond ASCII, and what stands for it. Everything in tables and charts is replaced by one
 * character, so that columns stay aligned.
 */
const replacements: Readonly<Record<string, string>> = {
  '–': '-',
  '—': '-',
  '−': '-',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '…': '~',
  '→': '->',
  '×': 'x',
  '≥': '>=',
  '≤': '<=',
  '·': '.',
  '\u00a0': ' ',
  '\u202f': ' ',
  '░': '.',
  '▁': '_',
  '▂': '-',
  '▃': '~',
  '▄': '=',
  '▅': '+',
  '▆': '*',
  '▇': '%',
  '█': '#',
  '▏': '-',
  '▎': '-',
  '▍': '-',
  '▌': '=',
  '▋': '=',
  '▊': '=',
  '▉': '=',
}

/** The same text in ASCII, for a locale that shows no more. Letters of names from outside are escaped: `\u{e9}`. Pure. */
export function toAscii(text: string): string {
  return text.replace(/[^\x00-\x7f]/gu, letter => replacements[letter] ?? `\\u{${letter.codePointAt(0)?.toString(16)}}`)
}
