import type {About} from './about.ts'
import {type Author, addressOfDoi} from './citation.ts'

/** The most authors of a reference; the others are `et al.`. */
const mostAuthors = 10

/**
 * A reference to the software, or to the work that its authors prefer. Null if the citation file does not name authors
 * and title. Plain text. Pure.
 */
export function citeSoftware(about: About): string | null {
  const {preferred} = about
  const isPreferred = preferred?.title != null && preferred.authors.length > 0
  const work = isPreferred
    ? {...preferred, title: preferred.title, kind: preferred.venue}
    : {
        authors: about.authors,
        title: `${about.title ?? about.name}${about.version === null ? '' : ` (${about.version})`} [Computer software]`,
        year: about.released?.slice(0, 4) ?? null,
        kind: null,
        doi: about.doi,
      }
  if (work.authors.length === 0) return null
  const address = work.doi === null ? (about.repository ?? about.website) : addressOfDoi(work.doi)
  return joinSentences([namesOf(work.authors) + yearOf(work.year), work.title, work.kind, address])
}

/** A reference to a report without its hash: authors, year, title and what it is. Plain text. Pure. */
export function citeReport({authors, name}: About, range: string, year: string): string {
  const by = authors.length === 0 ? `The ${name} project` : namesOf(authors)
  return joinSentences([by + yearOf(year), `Usage of ${name} ${range} [usage report]`])
}

const yearOf = (year: string | null): string => (year === null ? '' : ` (${year})`)

function namesOf(authors: readonly Author[]): string {
  const shown = authors.slice(0, mostAuthors).map(({name}) => name)
  return `${shown.join('; ')}${authors.length > mostAuthors ? ' et al.' : ''}`
}

/** Ends each part with one full stop; an address has none. */
const joinSentences = (parts: readonly (string | null)[]): string =>
  parts
    .filter(part => part !== null)
    .map(part => (/\.$|^https?:/.test(part) ? part : `${part}.`))
    .join(' ')
