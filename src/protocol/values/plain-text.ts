/** Control characters (C0, DEL, C1), line separators, and marks that change the direction of writing. */
const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Makes a text from outside safe for one line of a terminal or a log. Characters that move or hide text become `?`. */
export function toPlainText(text: string): string {
  return text.replace(unsafe, '?')
}
