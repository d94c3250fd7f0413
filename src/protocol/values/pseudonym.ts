import {sha256} from './sha256.ts'

/**
 * The pseudonym of a key: the first 128 bits of its SHA-256, as 32 hex digits. A user's machine computes it for a
 * report. A collector computes it from the key of an erasure request. Pure.
 */
export const pseudonymOf = (key: Uint8Array): string => sha256(key).slice(0, 32)
