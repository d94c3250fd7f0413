import {sha256} from './sha256.ts'

/**
 * The pseudonym that a key owns: the first 128 bits of its SHA-256, as 32 hex digits. A person's machine makes it to
 * report, a collector makes it again from the key that is presented to have it erased. Pure.
 */
export const pseudonymOf = (key: Uint8Array): string => sha256(key).slice(0, 32)
