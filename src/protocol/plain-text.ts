/** Control characters (C0, DEL, C1), line separators, and marks that turn the direction of writing. */
const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Makes a text from outside harmless for one line of a terminal or a log: what could move or hide text becomes `?`. */
export function toPlainText(text: string): string {
  return text.replace(unsafe, '?')
}
