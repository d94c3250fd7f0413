/**
 * Makes a UUID of version 7: 48 bits of Unix milliseconds, then random bits. Ids sort by time. Pure.
 *
 * @param unixMilliseconds the time of the event; fractions are cut off
 * @param random at least 10 random bytes
 * @see RFC 9562, section 5.7
 */
export function makeUuidV7(unixMilliseconds: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16)
  const milliseconds = BigInt(Math.trunc(unixMilliseconds))
  for (let index = 0; index < 6; index++) bytes[index] = Number((milliseconds >> BigInt(8 * (5 - index))) & 0xffn)
  bytes.set(random.subarray(0, 10), 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Buffer.from(bytes).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
