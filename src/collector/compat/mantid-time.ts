const pattern = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{0,9}))?(Z|[+-]\d\d:?\d\d)?$/

/**
 * Reads a time of Mantid: without a zone it is UTC, `Z` and offsets are accepted, and seconds have up to 9 decimals.
 * Returns Unix milliseconds, rounded down, or null if the time is invalid. (`Date` would read a time without a zone as
 * local time.)
 */
export function readMantidTime(written: string): number | null {
  const match = pattern.exec(written)
  if (match === null) return null
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const numbers = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const offset = offsetMinutes(zone)
  if (numbers[3] > 23 || numbers[4] > 59 || numbers[5] > 59 || offset === null) return null
  const date = new Date(0)
  date.setUTCFullYear(numbers[0], numbers[1] - 1, numbers[2])
  if (date.getUTCMonth() !== numbers[1] - 1 || date.getUTCDate() !== numbers[2]) return null
  const milliseconds = Number((fraction ?? '').padEnd(3, '0').slice(0, 3))
  date.setUTCHours(numbers[3], numbers[4] - offset, numbers[5], milliseconds)
  return date.getTime() < 0 ? null : date.getTime()
}

/** The first six decimals of the seconds, padded with zeros. */
export function microseconds(written: string): string {
  return (/\.(\d+)/.exec(written)?.[1] ?? '').padEnd(6, '0').slice(0, 6)
}

function offsetMinutes(zone: string | undefined): number | null {
  if (zone === undefined || zone === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))]
  if (hours > 23 || minutes > 59) return null
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}
