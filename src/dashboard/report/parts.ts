import {minUsers} from '../../stats/public/cells.ts'
import {writeRange} from '../figures/words.ts'
import type {Report} from './report.ts'

/** A section at the end of a report. Plain text that is not escaped yet. */
export interface Closing {
  readonly heading: string
  readonly paragraphs: readonly string[]
  readonly items: readonly string[]
  readonly terms: readonly {readonly word: string; readonly meaning: string}[]
  /** Lines to type. */
  readonly commands: readonly string[]
}

/** The line below the title: the range, the filters and since when there are data. */
export function leadOf({document, filters, nowMs}: Report): string {
  const range = writeRange(document)
  const limits = filters === '' ? '' : ` Filters: ${filters}.`
  const since = document.since === null ? '' : ` Data since ${document.since}.`
  const written = new Date(nowMs).toISOString().slice(0, 10)
  return `${range[0]!.toUpperCase()}${range.slice(1)}, by ${document.by}${document.complete ? '' : ' (in progress)'}.${limits}${since} Written on ${written}.`
}

/** How the numbers were counted, what they cannot know, and how to cite and repeat them. Pure. */
export function closingOf({document, reference}: Report, hash: string): Closing[] {
  const {method, definitions, limits, citation, command, about} = document
  const none = {paragraphs: [], items: [], terms: [], commands: []}
  const software = citation === null ? [] : [`The software: ${citation}`]
  return [
    {...none, heading: 'How it was counted', paragraphs: method},
    {...none, heading: 'Definitions', terms: definitions},
    {...none, heading: 'What the numbers cannot show', items: limits},
    {
      ...none,
      heading: 'Cite',
      paragraphs: [
        ...software,
        `This report: ${reference} SHA-256 of report.json: ${hash}.`,
        ...(about.contact === null ? [] : [`Questions: ${about.contact}`]),
      ],
    },
    {
      ...none,
      heading: 'Make it again',
      paragraphs: [
        `People who may read the data can make the numbers of this report again and compare the SHA-256. The answer remains the same once the time is over and late reports have arrived, for up to 30 days, unless people have their data erased or retention replaces runs by totals. Reports of several times or filters should not be published beside each other: one subtracted from another may be about fewer than ${minUsers} users.`,
      ],
      commands: [`${command} > report.json`, 'sha256sum report.json'],
    },
  ]
}
