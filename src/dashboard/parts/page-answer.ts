import {createHash} from 'node:crypto'
import type {PageAnswer} from '../../protocol/report/page.ts'
import {contentSecurityPolicy} from './style.ts'

const safe = {'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer'}

/** A page of HTML that no shared cache may store. */
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

/** Seconds for which a cache may show a public badge without asking again. */
export const badgeSeconds = 3600

/**
 * A badge, or 304 if the browser has this one. Every cache may store a public badge. No shared cache may store a badge
 * behind a token or a share link: it would show the badge to others, even after the link is revoked.
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
