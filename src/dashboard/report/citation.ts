/** What a report reads from a `CITATION.cff`. Texts are as in the file: the formats escape them. */
export interface Citation {
  readonly title: string | null
  readonly description: string | null
  readonly version: string | null
  /** `YYYY-MM-DD`. */
  readonly released: string | null
  /** Without `https://doi.org/`. */
  readonly doi: string | null
  /** SPDX identifiers; several mean a choice. */
  readonly licences: readonly string[]
  readonly repository: string | null
  readonly website: string | null
  readonly contact: string | null
  readonly authors: readonly Author[]
  /** The references of type `grant`. */
  readonly awards: readonly Award[]
  /** The work that the authors want to be cited, such as an article, instead of the software. */
  readonly preferred: Work | null
}

export interface Author {
  /** `Lovelace, Ada`, or the name of a group. */
  readonly name: string
  readonly kind: 'person' | 'group'
  readonly orcid: string | null
}

export interface Award {
  readonly title: string | null
  readonly number: string | null
  readonly funder: string | null
  readonly address: string | null
}

export interface Work {
  readonly authors: readonly Author[]
  readonly title: string | null
  readonly year: string | null
  readonly venue: string | null
  readonly doi: string | null
}

type Keys = Readonly<Record<string, unknown>>

/** A longer text is cut: it is no name, title or address. */
const maxLength = 2_000

/**
 * Reads a parsed `CITATION.cff` of any version, also one that its schema rejects: a key of another type is ignored, a
 * licence may be one or a list, and a DOI an address. Null for something that is no mapping. Pure.
 */
export function readCitation(input: unknown): Citation | null {
  if (!isKeys(input)) return null
  const {title, abstract, version, contact, references} = input
  return {
    title: textOf(title),
    description: textOf(abstract),
    version: textOf(version),
    released: textOf(input['date-released']),
    doi: doiOf(input),
    licences: listOf(input['license']).flatMap(one => textOf(one) ?? []),
    repository: textOf(input['repository-code']) ?? textOf(input['repository']),
    website: textOf(input['url']),
    contact: contactOf(contact),
    authors: authorsOf(input['authors']),
    awards: listOf(references).flatMap(one => (isKeys(one) && one['type'] === 'grant' ? [awardOf(one)] : [])),
    preferred: isKeys(input['preferred-citation']) ? workOf(input['preferred-citation']) : null,
  }
}

function textOf(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const text = String(value).replace(/\s+/g, ' ').trim()
  return text === '' ? null : text.slice(0, maxLength)
}

const isKeys = (value: unknown): value is Keys => typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value == null ? [] : [value])

/** The DOI of a work: its own, or the first of its identifiers. */
function doiOf(work: Keys): string | null {
  const others = listOf(work['identifiers']).map(one => (isKeys(one) && one['type'] === 'doi' ? one['value'] : null))
  const [first] = [work['doi'], ...others].flatMap(one => textOf(one) ?? [])
  return first?.replace(/^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)/i, '') ?? null
}

const authorsOf = (value: unknown): Author[] =>
  listOf(value).flatMap(one => {
    const name = isKeys(one) ? nameOf(one) : textOf(one)
    if (name === null) return []
    const isGroup = !isKeys(one) || textOf(one['name']) !== null
    return [{name, kind: isGroup ? 'group' : 'person', orcid: isKeys(one) ? textOf(one['orcid']) : null}]
  })

/** A person's family name first, with its particle and suffix; the name of a group; or an alias. */
function nameOf(one: Keys): string | null {
  const group = textOf(one['name'])
  if (group !== null) return group
  const family = ['name-particle', 'family-names', 'name-suffix'].flatMap(key => textOf(one[key]) ?? []).join(' ')
  const given = textOf(one['given-names']) ?? ''
  const name = [family, given].filter(part => part !== '').join(', ')
  return name === '' ? textOf(one['alias']) : name
}

/** The first address of a contact, or its name. */
function contactOf(value: unknown): string | null {
  const [first] = listOf(value)
  if (!isKeys(first)) return textOf(first)
  return textOf(first['email']) ?? textOf(first['website']) ?? nameOf(first)
}

function awardOf(grant: Keys): Award {
  const {institution} = grant
  const doi = doiOf(grant)
  return {
    title: textOf(grant['title']),
    number: textOf(grant['number']),
    funder: (isKeys(institution) ? nameOf(institution) : null) ?? authorsOf(grant['authors'])[0]?.name ?? null,
    address: doi === null ? textOf(grant['url']) : addressOfDoi(doi),
  }
}

const workOf = (work: Keys): Work => ({
  authors: authorsOf(work['authors']),
  title: textOf(work['title']),
  year: textOf(work['year']) ?? textOf(work['date-published'])?.slice(0, 4) ?? null,
  venue: textOf(work['journal']) ?? textOf(work['collection-title']),
  doi: doiOf(work),
})

export const addressOfDoi = (doi: string): string => `https://doi.org/${doi}`
