import {escapeHtml} from '../../stats/write/html.ts'

/** One part of a project's notice. Text between backticks is code; a line that begins with `- ` is an item. */
export interface NoticeSection {
  readonly title: string
  readonly lines: readonly string[]
}

/** Writes what is collected, for the people whose use is counted. Texts are escaped. */
export function writeNotice(sections: readonly NoticeSection[]): string {
  const parts = sections.map(({title, lines}) => `<h2>${escapeHtml(title)}</h2>\n${writeLines(lines)}`)
  return `<div class="prose">${parts.join('\n')}</div>\n`
}

function writeLines(lines: readonly string[]): string {
  const isItem = (line: string | undefined): boolean => line?.startsWith('- ') ?? false
  return lines
    .map((line, index) => {
      if (!isItem(line)) return `<p>${writeInline(line)}</p>`
      const opens = isItem(lines[index - 1]) ? '' : '<ul>'
      const closes = isItem(lines[index + 1]) ? '' : '</ul>'
      return `${opens}<li>${writeInline(line.slice(2))}</li>${closes}`
    })
    .join('\n')
}

const writeInline = (line: string): string =>
  line
    .split('`')
    .map((part, index) => (index % 2 === 1 ? `<code>${escapeHtml(part)}</code>` : escapeHtml(part)))
    .join('')
