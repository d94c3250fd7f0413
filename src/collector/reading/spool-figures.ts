import type {Figure} from '../monitoring/metrics.ts'
import type {ReadinessProbe} from '../monitoring/readiness.ts'
import type {SpoolFigures} from '../store/spool/spool.ts'

/** The figures of a spool for `/metrics`. */
export function spoolFigures(read: () => SpoolFigures): Figure[] {
  const figure = (name: string, help: string, of: (figures: SpoolFigures) => number, isCounter = false): Figure => ({
    ...{name: `spool_${name}`, help, isCounter},
    read: () => of(read()),
  })
  return [
    figure('bytes', 'Bytes of reports that the store does not have yet.', ({waitingBytes}) => waitingBytes),
    figure('oldest_seconds', 'Age of the oldest of these reports.', ({oldestSeconds}) => oldestSeconds),
    figure('blocks_total', 'Blocks that the store has got.', ({blocks}) => blocks, true),
    figure('events_total', 'Events of these blocks.', ({events}) => events, true),
    figure('retries_total', 'Tries to ship a block that failed.', ({retries}) => retries, true),
    figure('refused_blocks_total', 'Blocks that were set aside.', ({setAside}) => setAside, true),
  ]
}

/**
 * Whether the spool has room. A collector whose store is away stays ready: the detail says how much waits, and why.
 */
export const spoolProbe = (read: () => SpoolFigures): ReadinessProbe => ({
  name: 'spool',
  check() {
    const {waitingBytes, maxBytes, oldestSeconds, failure} = read()
    const waits = `${megabytes(waitingBytes)} of at most ${megabytes(maxBytes)} wait, the oldest for ${Math.round(oldestSeconds)} s`
    return {
      ok: waitingBytes < maxBytes * fullShare,
      detail: failure === null ? waits : `${waits}; shipping fails: ${failure.code}`,
      ...(failure !== null && {cause: failure}),
    }
  },
})

/** The share from which a load balancer should choose another collector, before reports are refused. */
const fullShare = 0.95

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`
