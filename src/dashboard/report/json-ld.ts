import {toPlainText} from '../../protocol/values/plain-text.ts'
import {type Author, addressOfDoi} from './citation.ts'
import type {ReportDocument} from './report.ts'

/**
 * Describes the software and its runs in the terms of schema.org, for a script of the type `application/ld+json`: an
 * `InteractionCounter` for the range, or for each year of the table. There is no counter of users, because a user is no
 * interaction. Its text cannot end the script. Pure.
 */
export function writeJsonLd({about, years, figures, from, to}: ReportDocument): string {
  const runs = figures.find(({key}) => key === 'runs')?.rows.find(({period}) => period === `${from}/${to}`)
  const counted = years?.rows ?? (runs === undefined ? [] : [{from, to, runs: runs['value'] as number}])
  const counters = counted.flatMap(({runs: count, ...days}) =>
    count === null
      ? []
      : [
          {
            '@type': 'InteractionCounter',
            interactionType: {'@type': 'UseAction'},
            name: 'runs',
            userInteractionCount: count,
            startTime: `${days.from}T00:00:00Z`,
            endTime: `${days.to}T23:59:59Z`,
          },
        ],
  )
  const software = {
    '@context': 'https://schema.org',
    '@type': 'SoftwareSourceCode',
    name: about.name,
    ...(about.title === null ? {} : {alternateName: about.title}),
    ...(about.description === null ? {} : {description: about.description}),
    ...(about.doi === null ? {} : {identifier: addressOfDoi(about.doi)}),
    ...(about.repository === null ? {} : {codeRepository: about.repository}),
    ...(about.website === null ? {} : {url: about.website}),
    ...(about.licences.length === 0 ? {} : {license: about.licences}),
    ...(about.version === null ? {} : {version: about.version}),
    ...(about.authors.length === 0 ? {} : {author: about.authors.map(authorOf)}),
    ...(about.awards.length === 0
      ? {}
      : {
          funding: about.awards.map(({title, number, funder, address}) => ({
            '@type': 'Grant',
            ...(title === null ? {} : {name: title}),
            ...(number === null ? {} : {identifier: number}),
            ...(funder === null ? {} : {funder: {'@type': 'Organization', name: funder}}),
            ...(address === null ? {} : {url: address}),
          })),
        }),
    interactionStatistic: counters,
  }
  return JSON.stringify(software, toPlain).replace(/\\.|[<>]/g, escapeInScript)
}

const toPlain = (_key: string, value: unknown): unknown => (typeof value === 'string' ? toPlainText(value) : value)

/** Neither a mark of HTML nor a quotation mark within a text is left. */
const escapeInScript = (found: string): string =>
  ['<', '>', '\\"'].includes(found) ? `\\u00${found.at(-1)!.charCodeAt(0).toString(16)}` : found

const authorOf = ({name, kind, orcid}: Author): object => ({
  '@type': kind === 'person' ? 'Person' : 'Organization',
  name,
  ...(orcid === null ? {} : {'@id': orcid}),
})
