import {escapeHtml} from '../../stats/write/html.ts'

/** Width of a character in pixels, with some reserve because fonts differ. */
const characterWidth = 6.8
const padding = 8

/** Draws a badge for a README as SVG: a label and a value. Both are escaped. Pure. */
export function drawBadge(label: string, value: string): string {
  const left = Math.round([...label].length * characterWidth) + 2 * padding
  const right = Math.round([...value].length * characterWidth) + 2 * padding
  const [name, text] = [escapeHtml(label), escapeHtml(value)]
  const at = (x: number, words: string): string =>
    `<text x="${x}" y="14" text-anchor="middle" fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${words}</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${name}: ${text}"><title>${name}: ${text}</title><clipPath id="r"><rect width="${left + right}" height="20" rx="3"/></clipPath><g clip-path="url(#r)"><rect width="${left}" height="20" fill="#3d444d"/><rect x="${left}" width="${right}" height="20" fill="#1f6f4a"/></g>${at(left / 2, name)}${at(left + right / 2, text)}</svg>
`
}
