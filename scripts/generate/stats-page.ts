import {readFileSync} from 'node:fs'
import type {AnswerRow} from '../../src/stats/model/answer-row.ts'
import {answers} from '../../src/stats/model/answers.ts'

const path = 'docs/stats.md'
const begin = '<!-- made from src/stats/model/answers.ts by npm run generate -->\n'
const end = '<!-- end -->\n'

/** Generates the table of answers in their page from the registry: path in the repository → content. */
export function generateStatsPage(): Map<string, string> {
  const page = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
  const [before, rest] = split(page, begin)
  const [, after] = split(rest, end)
  return new Map([[path, `${before}${begin}${answerTable()}${end}${after}`]])
}

function split(text: string, mark: string): [before: string, after: string] {
  const place = text.indexOf(mark)
  if (place === -1) throw new Error(`${path} must contain the line ${mark}`)
  return [text.slice(0, place), text.slice(place + mark.length)]
}

function answerTable(): string {
  const rows = (answers as readonly AnswerRow[]).map(({key, title, meaning, columns}) => {
    const names = columns.map(name => `\`${name}\``).join(', ')
    return `| \`${key}\` | ${title} | ${meaning} | ${names} |\n`
  })
  return `| answer | title | meaning | columns |\n| --- | --- | --- | --- |\n${rows.join('')}`
}
