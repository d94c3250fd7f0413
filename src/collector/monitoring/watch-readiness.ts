import type {Log} from './log.ts'
import type {Readiness, ReadinessAnswer} from './readiness.ts'

/** Milliseconds between two looks. */
const lookEveryMs = 10_000

export interface ReadinessWatch {
  /** Looks now, and resolves when the log has its lines. */
  look(): Promise<void>
  /** The latest answer: 1 for a check that holds, otherwise 0. */
  latest(): ReadonlyMap<string, number>
  stop(): void
}

/**
 * Writes a line when a check of `/readyz` begins to fail, and one when it holds again, whether somebody asks or not. Its
 * end is not such a change: a collector that closes says so itself.
 */
export function watchReadiness(readiness: Readiness, log: Pick<Log, 'info' | 'error'>): ReadinessWatch {
  let checks: ReadinessAnswer['checks'] = []
  const lookOnce = async (): Promise<void> => {
    const before = new Map(checks.map(({name, ok}) => [name, ok]))
    checks = (await readiness({isFresh: true})).checks
    for (const {name, ok, detail, cause} of checks) {
      if (name === 'open' || ok === (before.get(name) ?? true)) continue
      if (ok) log.info('ready again', {name, detail})
      else log.error('not ready', {name, detail, ...(cause !== undefined && {error: cause})})
    }
  }
  // Two looks at the same time would both see a change.
  let last: Promise<void> = Promise.resolve()
  const look = (): Promise<void> => {
    last = last.then(lookOnce)
    return last
  }
  const timer = setInterval(() => void look(), lookEveryMs)
  timer.unref()
  return {
    look,
    latest: () => new Map(checks.map(({name, ok}) => [name, Number(ok)])),
    stop: () => clearInterval(timer),
  }
}
