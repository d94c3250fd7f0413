import {uptime} from 'node:os'

/** Seconds below which two clocks agree: the time since boot is told in hundredths. */
const leastDifference = 0.05

/**
 * Seconds of a clock that never jumps, and goes on while the machine is suspended: who reads a duration expects the time
 * that has passed, and shells have no other clock. Comparable within one boot of one machine. On Linux the clock of
 * Node.js stands still in a suspended machine, so this reads a small file. Never throws.
 */
export function readElapsedClock(): number {
  const monotonicSeconds = Number(process.hrtime.bigint()) / 1e9
  return process.platform === 'linux' ? chooseClock(monotonicSeconds, readUptime()) : monotonicSeconds
}

/** The exact clock, unless the machine was suspended since boot. A container may have a time of its own since boot, which is less. */
export function chooseClock(monotonicSeconds: number, uptimeSeconds: number): number {
  return uptimeSeconds - monotonicSeconds < leastDifference ? monotonicSeconds : uptimeSeconds
}

function readUptime(): number {
  try {
    return uptime()
  } catch {
    return 0
  }
}
