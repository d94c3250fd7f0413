import {isLoopbackHost} from './loopback.ts'
import {type ProjectFile, projectFile} from './project-file.ts'
import {reviewFields} from './review-fields.ts'
import type {ReviewWarning} from './review-warning.ts'
import {findUnknownKeys} from './unknown-keys.ts'

/** Years for which a project may want to keep what it has received without being asked why. */
const usualYears = 5
const daysOf: Readonly<Record<string, number>> = {d: 1, w: 7, m: 30, y: 365}

/**
 * Reviews a project file that is right, with an eye on the people who are counted. Pure.
 *
 * @param input the document as it was written, for what the parser passes over
 */
export function reviewProject(input: unknown, project: ProjectFile): ReviewWarning[] {
  return [
    ...reviewKeys(input),
    ...reviewFields(project.fields, ['fields']),
    ...reviewFields(project.features.details, ['features', 'details']),
    ...reviewChoices(project),
    ...reviewRetention(project),
    ...reviewEndpoint(project),
  ]
}

function reviewKeys(input: unknown): ReviewWarning[] {
  return findUnknownKeys(projectFile, input).map(({path, meant}) => ({
    code: 'unknown-key',
    path,
    message: 'the key is not known and does nothing',
    next: meant === null ? 'leave it out' : `did you mean ${meant}?`,
  }))
}

function reviewChoices({features, identity, moreInfo}: ProjectFile): ReviewWarning[] {
  const found: ReviewWarning[] = []
  if (features.allowOther)
    found.push({
      code: 'other-features-allowed',
      path: ['features', 'allowOther'],
      message: 'names of features that nobody has listed are sent; a program may put anything into a name',
      next: 'list the names, or make sure that they never come from what people type',
    })
  if (identity.rotate === 'never')
    found.push({
      code: 'ids-never-change',
      path: ['identity', 'rotate'],
      message: 'people can be followed for as long as data is kept',
      next: 'use year or month; answers within a period stay exact',
    })
  if (moreInfo === undefined)
    found.push({
      code: 'no-more-info',
      path: [],
      message: 'people are not told where to read more',
      next: 'publish what `usage explain --markdown` prints, and name the page as moreInfo',
    })
  return found
}

function reviewRetention({retention}: ProjectFile): ReviewWarning[] {
  return (['runs', 'features'] as const).flatMap(key => {
    const days = Number(retention[key].slice(0, -1)) * (daysOf[retention[key].slice(-1)] ?? 1)
    if (days <= usualYears * 365) return []
    return [
      {
        code: 'long-retention' as const,
        path: ['retention', key],
        message: `${retention[key]} is longer than ${usualYears} years`,
        next: 'keep single events only for as long as a question needs them; sums stay anyway',
      },
    ]
  })
}

function reviewEndpoint({endpoint}: ProjectFile): ReviewWarning[] {
  const http = endpoint.http === null ? null : new URL(endpoint.http)
  const isPlain = http !== null && http.protocol === 'http:' && !isLoopbackHost(http.hostname)
  const found = isPlain ? ['http'] : []
  return [...found, ...(endpoint.udp === null ? [] : ['udp'])].map(key => ({
    code: 'endpoint-not-encrypted',
    path: ['endpoint', key],
    message: 'what is sent can be read on its way',
    next: 'use an https address',
  }))
}
