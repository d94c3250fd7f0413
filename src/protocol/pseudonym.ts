/**
 * The pseudonym that a key owns: the first 128 bits of its SHA-256, as 32 hex digits. A person's machine makes it to
 * report, a collector makes it again from the key that is presented to have it erased. Pure.
 */
export const pseudonymOf = (key: Uint8Array): string =>
  process.getBuiltinModule('node:crypto').createHash('sha256').update(key).digest('hex').slice(0, 32)
