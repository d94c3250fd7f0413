/**
 * Room `parts`: the pieces that pages share.
 *
 * The frame with its style and security policy (this file), tiles, tables, the form of filters, caveats, badges, and the
 * state of a page as its address (`address.ts`). Pieces return HTML whose texts from outside are escaped.
 * Read next: `address.ts`, `figure-section.ts`.
 */
import {escapeHtml} from '../../stats/write/html.ts'
import {style} from './style.ts'

/** A page as HTML parts: its title is plain text, everything else is HTML already. */
export interface PageParts {
  readonly title: string
  readonly header: string
  readonly main: string
  readonly footer?: string
  /** What the page allows, for a file that no server sends. */
  readonly policy?: string
}

/** Frames a page that runs nothing and loads nothing. Ends with a line break. */
export function framePage({title, header, main, footer = '', policy}: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${policy === undefined ? '' : `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`}<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
${header}</header>
<main>
${main}</main>
${footer === '' ? '' : `<footer><p>${footer}</p></footer>\n`}</body>
</html>
`
}
