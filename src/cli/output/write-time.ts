/** A time in the zone of this machine and in UTC, without fractions of seconds; the two may be equal. */
interface Times {
  readonly local: string
  readonly utc: string
}

/**
 * Writes a time for people: `2026-11-30 17:01:22 (16:01:22 UTC)`, and `2026-11-30 16:01:22 UTC` where the local time is
 * UTC. The zone is that of the process (TZ). What is not a time stays as it is.
 *
 * @param time RFC 3339 in UTC
 */
export function writeTime(time: string): string {
  const times = read(Date.parse(time))
  if (times === null) return time
  const {local, utc} = times
  if (local === utc) return `${utc} UTC`
  return `${local} (${local.slice(0, 10) === utc.slice(0, 10) ? utc.slice(11) : utc} UTC)`
}

/** Writes the minute of a time within a day: `17:01 (16:01 UTC)`, or `16:01 UTC`. */
export function writeMinute(milliseconds: number): string {
  const times = read(milliseconds)
  if (times === null) return 'unknown'
  const [local, utc] = [times.local.slice(11, 16), times.utc.slice(11, 16)]
  return local === utc ? `${utc} UTC` : `${local} (${utc} UTC)`
}

/** The end of the year 9999. */
const latestMs = Date.UTC(10_000, 0) - 1

function read(milliseconds: number): Times | null {
  if (Number.isNaN(milliseconds) || Math.abs(milliseconds) > latestMs) return null
  const offset = new Date(milliseconds).getTimezoneOffset() * 60_000
  const write = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
  return {local: write(milliseconds - offset), utc: write(milliseconds)}
}
