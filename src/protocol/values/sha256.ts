import {createHash} from 'node:crypto'

/**
 * SHA-256 of bytes, or of a text in UTF-8, as 64 hex digits. Pure. The bundles contain `src/lean/sha256.ts` instead.
 */
export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
