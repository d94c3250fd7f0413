import {displayName, type ProjectFile} from '../../protocol/project/project-file.ts'
import {type Author, type Award, addressOfDoi, type Citation, type Work} from './citation.ts'

/** What a report says of the software itself. An unknown value is null or an empty list. */
export interface About {
  /** The name for people. */
  readonly name: string
  /** The title of the software, if it is longer than its name. */
  readonly title: string | null
  readonly description: string | null
  /** The questions for which its use is counted. */
  readonly purpose: readonly string[]
  readonly contact: string | null
  readonly moreInfo: string | null
  readonly licences: readonly string[]
  readonly repository: string | null
  readonly website: string | null
  readonly version: string | null
  readonly released: string | null
  readonly doi: string | null
  readonly authors: readonly Author[]
  readonly awards: readonly Award[]
  readonly preferred: Work | null
}

/**
 * Describes the software by its project file and its citation file; either may be absent. Name, contact and purpose are
 * those of the project file, because users were told them. The rest is from the citation file. Pure.
 */
export function describeSoftware(id: string, project: ProjectFile | null, citation: Citation | null): About {
  const name = project?.name ?? citation?.title ?? (project === null ? id : displayName(project))
  return {
    name,
    title: citation?.title != null && citation.title !== name ? citation.title : null,
    description: citation?.description ?? null,
    purpose: project?.purpose ?? [],
    contact: project?.contact ?? citation?.contact ?? null,
    moreInfo: project?.moreInfo ?? null,
    licences: citation?.licences ?? [],
    repository: citation?.repository ?? null,
    website: citation?.website ?? null,
    version: citation?.version ?? null,
    released: citation?.released ?? null,
    doi: citation?.doi ?? null,
    authors: citation?.authors ?? [],
    awards: citation?.awards ?? [],
    preferred: citation?.preferred ?? null,
  }
}

/** A fact for readers: its name, and texts that follow each other on lines. */
export type Fact = readonly [name: string, texts: readonly string[]]

/** The most authors that a page names; report.json has all. */
const shownAuthors = 10

/** The facts of the first page, without the unknown ones. Plain text. Pure. */
export function factsOf(about: About): Fact[] {
  const {authors} = about
  const more = authors.length > shownAuthors ? [`and ${authors.length - shownAuthors} more`] : []
  const names = [...authors.slice(0, shownAuthors).map(({name}) => name), ...more].join('; ')
  const released = [about.version, about.released].filter(part => part !== null).join(', ')
  const facts: readonly Fact[] = [
    ['Software', about.title === null ? [] : [about.title]],
    ['Purpose of the count', about.purpose],
    ['Authors', names === '' ? [] : [names]],
    ['Contact', textsOf(about.contact)],
    ['Licence', about.licences.length === 0 ? [] : [about.licences.join(' or ')]],
    ['Repository', textsOf(about.repository)],
    ['Website', textsOf(about.website ?? about.moreInfo)],
    ['DOI', about.doi === null ? [] : [addressOfDoi(about.doi)]],
    ['Version', textsOf(released)],
    ['Awards', about.awards.map(writeAward).filter(text => text !== '')],
  ]
  return facts.filter(([, texts]) => texts.length > 0)
}

const textsOf = (text: string | null): string[] => (text === null || text === '' ? [] : [text])

const writeAward = ({funder, number, title, address}: Award): string =>
  [funder, number, title, address].filter(part => part !== null).join(', ')
