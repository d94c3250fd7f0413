import {isLoopbackHost} from '../values/loopback.ts'
import {type ProjectFile, projectFile} from './project-file.ts'
import {reviewFields} from './review-fields.ts'
import type {ReviewWarning} from './review-warning.ts'
import {findUnknownKeys} from './unknown-keys.ts'

/** A retention of more years than this gets a warning. */
const usualYears = 5
const daysOf: Readonly<Record<string, number>> = {d: 1, w: 7, m: 30, y: 365}

/**
 * Reviews a valid project file for the privacy of the people who are counted. Pure.
 *
 * @param input the original document, including keys that the parser ignores
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
    message: 'the key is unknown and has no effect',
    next: meant === null ? 'remove the key' : `did you mean ${meant}?`,
  }))
}

function reviewChoices({features, identity, moreInfo}: ProjectFile): ReviewWarning[] {
  const found: ReviewWarning[] = []
  if (features.allowOther)
    found.push({
      code: 'other-features-allowed',
      path: ['features', 'allowOther'],
      message: 'features with unlisted names are sent, and a name may contain anything',
      next: 'list the names, or make sure that they never contain user input',
    })
  if (identity.rotate === 'never')
    found.push({
      code: 'ids-never-change',
      path: ['identity', 'rotate'],
      message: 'people can be followed as long as data is kept',
      next: 'use year or month: statistics within a period stay exact',
    })
  if (moreInfo === undefined)
    found.push({
      code: 'no-more-info',
      path: [],
      message: 'users are not told where to find more information',
      next: 'publish the output of `usage explain --markdown`, and set moreInfo to its address',
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
        next: 'keep single events only as long as a question needs them: totals stay',
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
    message:
      key === 'http'
        ? 'reports can be read in transit, and usage access and usage forget send nothing'
        : 'reports can be read in transit',
    next: 'use an https address',
  }))
}
