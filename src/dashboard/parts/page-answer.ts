import {createHash} from 'node:crypto'
import {contentSecurityPolicy} from './style.ts'

/** What a browser asks of the dashboard. */
export interface PageRequest {
  /** The path of the address, as it travels. */
  readonly path: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Whether it bears the read token. */
  readonly isReader: boolean
  /** A share link that is among the parameters no more: its token, and the project that it opens. */
  readonly share: {readonly token: string; readonly project: string} | null
  readonly ifNoneMatch: string | null
}

/** What the dashboard answers. */
export interface PageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const safe = {'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer'}

/** A page of HTML that no cache keeps for somebody else. */
export const answerPage = (body: string, status = 200, more: Readonly<Record<string, string>> = {}): PageAnswer => ({
  status,
  headers: {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': contentSecurityPolicy,
    'Cache-Control': 'private, no-cache',
    ...safe,
    ...more,
  },
  body,
})

export const answerData = (body: string, type: 'text/csv' | 'application/json', name: string): PageAnswer => ({
  status: 200,
  headers: {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Disposition': `inline; filename="${name}"`,
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Cache-Control': 'private, no-cache',
    ...safe,
  },
  body,
})

/** Seconds for which a badge that everybody may see may be shown again without asking. */
export const badgeSeconds = 3600

/**
 * A badge, which costs nothing when it has not changed. Every cache may keep one that everybody may see; one behind a
 * token or a share link none, or it would be shown to others, and when the link is taken away.
 */
export function answerBadge(body: string, ifNoneMatch: string | null, isForAll: boolean): PageAnswer {
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const isKnown = ifNoneMatch?.split(',').some(one => one.trim().replace(/^W\//, '') === tag) ?? false
  return {
    status: isKnown ? 304 : 200,
    headers: {
      'Content-Type': 'image/svg+xml; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'Cache-Control': isForAll ? `public, max-age=${badgeSeconds}` : 'private, no-cache',
      ETag: tag,
      ...safe,
    },
    body: isKnown ? '' : body,
  }
}
