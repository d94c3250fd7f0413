import type {ReadToken} from '../../../collector/access/read-tokens.ts'
import {toPlainText} from '../../../protocol/values/plain-text.ts'
import type {Paint} from '../../output/paint.ts'

const scopeOf = ({project}: ReadToken): string => (project === null ? 'all projects' : project)

function lifeOf({createdAt, expiresAt}: ReadToken, nowMs: number): string {
  const made = `created ${createdAt.slice(0, 10)}`
  if (expiresAt === null) return made
  return `${made}, ${Date.parse(expiresAt) > nowMs ? 'expires' : 'expired'} ${expiresAt.slice(0, 10)}`
}

/** One line for each read token. */
export function writeTokens(tokens: readonly ReadToken[], nowMs: number, paint: Paint): string {
  if (tokens.length === 0) return 'No read token. To make one: usage token new'
  const width = Math.max(...tokens.map(({name}) => toPlainText(name).length))
  return tokens
    .map(token => {
      const name = toPlainText(token.name).padEnd(width)
      return `${token.id}  ${paint.bold(name)}  ${scopeOf(token)}, ${lifeOf(token, nowMs)}`
    })
    .join('\n')
}

/** A new token, which is shown only now. */
export const writeNewToken = (made: ReadToken & {readonly token: string}, data: string, paint: Paint): string =>
  [
    `Read token for ${scopeOf(made)}, shown only once: ${paint.bold(made.token)}`,
    `To revoke it: usage token revoke ${toPlainText(made.name)}${data === 'usage-data' ? '' : ` --data ${toPlainText(data)}`}`,
  ].join('\n')
