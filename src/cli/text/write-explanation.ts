import type {ExplainedSection} from '../../reporter/projects/explain.ts'
import type {Paint} from '../output/paint.ts'
import {wrapText} from '../output/wrap-text.ts'

/** Writes an explanation for a terminal of this width. What is to be typed stays on one line. */
export function writeExplanation(sections: readonly ExplainedSection[], paint: Paint, width: number): string {
  const wrap = (line: string) => wrapText(`  ${line}`, width, line.startsWith('- ') ? '    ' : '  ').replaceAll('`', '')
  return sections.map(({title, lines}) => [paint.bold(title), ...lines.map(wrap)].join('\n')).join('\n\n')
}

/** Writes an explanation as a page of Markdown that a project can publish. */
export function writeMarkdownExplanation(sections: readonly ExplainedSection[]): string {
  return sections.map(({title, lines}) => `## ${escapeMarkdown(title)}\n\n${writeBlocks(lines)}`).join('\n\n')
}

/** Separates sentences and lists by empty lines. */
function writeBlocks(lines: readonly string[]): string {
  return lines
    .map((line, index) => {
      const isItem = line.startsWith('- ')
      const follows = index === 0 ? '' : isItem && lines[index - 1]?.startsWith('- ') ? '\n' : '\n\n'
      return `${follows}${isItem ? `- ${writeInline(line.slice(2))}` : writeInline(line)}`
    })
    .join('')
}

/** Text between backticks is code and stays. Everything else is escaped. */
function writeInline(line: string): string {
  const parts = line.split('`')
  return parts.map((part, index) => (index % 2 === 1 ? `\`${part}\`` : escapeMarkdown(part))).join('')
}

/** Escapes a text for Markdown, so that it creates no emphasis, link, image, table, HTML, heading or list. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_[\]<>|~&!#]/g, '\\$&')
    .replace(/^(\s*)([-+=])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/, '$1\\$2')
}
