/**
 * Room `monitoring`: what the operator of a collector sees.
 *
 * Readiness (this file) asks every part whether it works, and says why not. The log, its bounds, and the figures of
 * `/metrics` are beside it. The room imports no other room, so each of them can report to it. Nothing here stores or
 * prints an address, a key, a pseudonym or a name that a sender chose.
 * Read next: `monitor.ts` for what the parts report.
 */
import {performance} from 'node:perf_hooks'

/** What a part of the collector says about itself. */
export interface ProbeResult {
  readonly ok: boolean
  /** One sentence for everyone, such as `12.1 GB free`: what is measured, and the bound. No path, no address. */
  readonly detail: string
  /** The error behind it, for the log of the operator only. */
  readonly cause?: unknown
}

/** One check of `/readyz`. A part of the collector exports it, and `openCollector` lists it. */
export interface ReadinessProbe {
  /** A short name in kebab-case, such as `disk`. It is a row of docs/hosting.md. */
  readonly name: string
  /**
   * Asks the part. Must be cheap: at most a few milliseconds of the main thread, every few seconds. A check that throws,
   * rejects or takes too long is a failed check.
   */
  check(): ProbeResult | Promise<ProbeResult>
}

export interface ReadinessAnswer {
  readonly status: 'ready' | 'unready'
  readonly checks: readonly (ProbeResult & {readonly name: string})[]
}

/** Whether the collector can accept reports. `isFresh` asks the parts also if they were asked a moment ago. */
export type Readiness = (options?: {readonly isFresh: boolean}) => Promise<ReadinessAnswer>

/** Milliseconds for which an answer counts. So a flood of requests costs no disk access. */
const keptMs = 2_000
/** Milliseconds after which a check that has not answered has failed. */
const slowMs = 2_000

/**
 * Makes the answer of `/readyz`. It asks all probes, at most once in `keptMs`, and is ready if all of them are. It never
 * rejects.
 *
 * @param isOpen false while the collector is closing. It is asked every time.
 */
export function createReadiness(
  probes: readonly ReadinessProbe[],
  isOpen: () => boolean,
  {now = () => performance.now(), maxMs = slowMs} = {},
): Readiness {
  let kept: {readonly atMs: number; readonly checks: Promise<ReadinessAnswer['checks']>} | null = null
  return async ({isFresh} = {isFresh: false}) => {
    if (isFresh || kept === null || now() - kept.atMs >= keptMs)
      kept = {atMs: now(), checks: Promise.all(probes.map(probe => ask(probe, maxMs)))}
    const checks = [...(await kept.checks), askOpen(isOpen())]
    return {status: checks.every(({ok}) => ok) ? 'ready' : 'unready', checks}
  }
}

async function ask(probe: ReadinessProbe, maxMs: number): Promise<ReadinessAnswer['checks'][number]> {
  const {name} = probe
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<ProbeResult>(resolve => {
    timer = setTimeout(resolve, maxMs, {ok: false, detail: `no answer in ${maxMs / 1000} s`})
  })
  try {
    return {name, ...(await Promise.race([probe.check(), late]))}
  } catch (cause) {
    return {name, ok: false, detail: 'the check failed: see the log', cause}
  } finally {
    clearTimeout(timer)
  }
}

const askOpen = (isOpen: boolean) => ({
  name: 'open',
  ok: isOpen,
  detail: isOpen ? 'accepts reports' : 'is shutting down',
})
