import {monitorEventLoopDelay} from 'node:perf_hooks'
import {Counter, Gauge, Histogram, type OpenMetricsContentType, Registry} from 'prom-client'
import type {Meter} from './monitor.ts'

/** A number that is read when somebody asks for the metrics. */
export interface Figure {
  /** In snake_case with its unit, without the prefix of all names. */
  readonly name: string
  readonly help: string
  /** The number, or several by the value of `label`. Null: unknown at the moment, and left out. */
  readonly read: () => number | null | ReadonlyMap<string, number>
  readonly label?: string
  /** Whether it only grows. Default: false. */
  readonly isCounter?: boolean
}

/** The figures of a collector in the format of OpenMetrics. */
export interface Metrics {
  readonly meter: Meter
  /** Adds a figure. Once for each name. */
  add(figure: Figure): void
  readonly contentType: string
  write(): Promise<string>
  /** Stops measuring the event loop. */
  close(): void
}

type Registers = Registry<OpenMetricsContentType>[]

const prefix = 'usage_collector_'
/** The most projects with series of their own. The others are counted together. */
const maxProjects = 200
/** Seconds of a transaction: one fsync of a fast disk, up to a store that stands still. */
const commitBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/**
 * Makes the figures of a collector, with those of its process: memory, processor time, delay of the event loop. The
 * number of series is bounded: by the addresses and codes of this program, and by 200 projects. No value is text that a
 * sender chose.
 */
export function createMetrics(version: string): Metrics {
  const register = new Registry<OpenMetricsContentType>()
  register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const registers = [register]
  const delay = monitorEventLoopDelay({resolution: 20})
  delay.enable()
  const build = {name: `${prefix}build_info`, help: 'The version of the collector and of Node.js.'}
  new Gauge({...build, labelNames: ['version', 'node'], registers}).set({version, node: process.version}, 1)
  for (const figure of processFigures(delay)) addFigure(figure, registers)
  return {
    meter: createMeter(registers),
    add: figure => addFigure(figure, registers),
    contentType: register.contentType,
    write: () => register.metrics(),
    close: () => delay.disable(),
  }
}

function addFigure({name, help, read, label, isCounter = false}: Figure, registers: Registers): void {
  const Kind = isCounter ? Counter : Gauge
  new Kind({
    name: name.startsWith('process_') ? name : `${prefix}${name}`,
    help,
    labelNames: label === undefined ? [] : [label],
    registers,
    collect() {
      this.reset()
      const value = read()
      if (value instanceof Map) for (const [key, number] of value) this.inc({[label ?? '']: key}, number)
      else if (typeof value === 'number') this.inc(value)
    },
  })
}

/** The figures of the process, by the names that dashboards for any program use, and the delay of its event loop. */
function processFigures(delay: ReturnType<typeof monitorEventLoopDelay>): Figure[] {
  const startSeconds = Date.now() / 1_000 - process.uptime()
  const cpuSeconds = (): number => {
    const {user, system} = process.cpuUsage()
    return (user + system) / 1e6
  }
  const readDelay = (): ReadonlyMap<string, number> => {
    const [median, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max]
    delay.reset()
    return new Map(Object.entries({median, p99, max}).map(([name, ns]) => [name, ns / 1e9]))
  }
  return [
    {name: 'process_start_time_seconds', help: 'When the process began.', read: () => startSeconds},
    {name: 'process_cpu_seconds_total', help: 'Processor time of the process.', isCounter: true, read: cpuSeconds},
    {name: 'process_resident_memory_bytes', help: 'Memory of the process.', read: () => process.memoryUsage.rss()},
    {name: 'heap_used_bytes', help: 'Memory of its objects.', read: () => process.memoryUsage().heapUsed},
    {
      ...{name: 'event_loop_delay_seconds', label: 'statistic', read: readDelay},
      help: 'How late the accepting thread was since the last question for metrics.',
    },
  ]
}

function createMeter(registers: Registers): Meter {
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({name: `${prefix}${name}`, help, labelNames, registers})
  const requests = counter('requests_total', 'Answered requests.', ['route', 'status'])
  const refusals = counter('refusals_total', 'Refused requests, reports and events.', ['by', 'code'])
  const events = counter('events_total', 'Events by outcome.', ['project', 'outcome'])
  const failures = counter('commit_failures_total', 'Transactions that could not be written.')
  const commits = new Histogram({
    ...{name: `${prefix}commit_seconds`, help: 'Time of a transaction with reports.', buckets: commitBuckets},
    registers,
  })
  const purgedMonths = counter('purged_months_total', 'Months that were replaced by totals.', ['project'])
  const purgeSeconds = counter('purge_seconds_total', 'Time spent on purges.')
  const projects = new Set<string>()
  const nameOf = (project: string): string => {
    if (!projects.has(project) && projects.size >= maxProjects) return '(other)'
    projects.add(project)
    return project
  }
  return {
    answered: (route, status) => requests.inc({route, status}),
    refused: (by, code, times) => refusals.inc({by, code}, times),
    stored(name, {accepted, duplicates, refused}) {
      const project = nameOf(name)
      if (accepted > 0) events.inc({project, outcome: 'accepted'}, accepted)
      if (duplicates > 0) events.inc({project, outcome: 'duplicate'}, duplicates)
      if (refused > 0) events.inc({project, outcome: 'refused'}, refused)
    },
    committed(seconds, isWritten) {
      if (isWritten) commits.observe(seconds)
      else failures.inc()
    },
    purged(project, months, seconds) {
      purgedMonths.inc({project: nameOf(project)}, months)
      purgeSeconds.inc(seconds)
    },
  }
}
