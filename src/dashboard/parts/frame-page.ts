/**
 * Room `parts`: the pieces that pages share.
 *
 * The frame with its style and security policy (this file), tiles, tables, the filter form, caveats, badges, and the
 * address of a page with its state (`address.ts`). Texts from outside are escaped in the HTML that they return.
 * Read next: `address.ts`, `figure-section.ts`.
 */
import {escapeHtml} from '../../stats/write/html.ts'
import {style} from './style.ts'

/** The parts of a page. The title is plain text; header, main and footer are HTML. */
export interface PageParts {
  readonly title: string
  readonly header: string
  readonly main: string
  readonly footer?: string
  /** The content security policy, for a file that no server sends. */
  readonly policy?: string
  /** JSON-LD for other programs. It must not contain `<`. */
  readonly data?: string
}

/** Writes a page that loads and runs nothing. Ends with a line break. */
export function framePage({title, header, main, footer = '', policy, data}: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${policy === undefined ? '' : `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`}<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
${data === undefined ? '' : `<script type="application/ld+json">${data}</script>\n`}</head>
<body>
<header>
${header}</header>
<main>
${main}</main>
${footer === '' ? '' : `<footer><p>${footer}</p></footer>\n`}</body>
</html>
`
}
