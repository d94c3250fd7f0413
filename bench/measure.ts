import {spawn} from 'node:child_process'
import {setTimeout as wait} from 'node:timers/promises'

/** A program that is measured in many runs, and the preparation of each run. */
export interface Row {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly environment?: Readonly<Record<string, string>>
  /** Called before each run, and not measured. */
  readonly prepare?: () => void
  /** How often one run repeats the measured work. The figures are for one repeat. Default: 1. */
  readonly repeats?: number
  /** Whether the program leaves a process in the background. Then the next row starts `settleMs` later. */
  readonly leavesProcess?: boolean
}

/** Milliseconds after which a background process waits for the network or has ended. */
const settleMs = 400

export interface Measured {
  readonly name: string
  readonly medianMs: number
  readonly leastMs: number
  /** The median divided by the median of the first row. */
  readonly ratio: number
  /** The least time divided by the least time of the first row. Other load of the machine hardly affects it. */
  readonly leastRatio: number
  readonly runs: number
}

/**
 * Runs the rows in turn and compares each with the first. Each round has another order, so that other load and caches
 * affect all rows equally. A run ends when its program exits, also if a background process is left. The first two
 * rounds do not count.
 */
export async function measure(rows: readonly Row[], runs: number): Promise<Measured[]> {
  const times = new Map(rows.map(row => [row, [] as number[]]))
  for (let round = -2; round < runs; round++)
    for (const row of shuffled(rows)) {
      row.prepare?.()
      const milliseconds = await timeOf(row)
      if (round >= 0) times.get(row)!.push(milliseconds / (row.repeats ?? 1))
      if (row.leavesProcess) await wait(settleMs)
    }
  const first = times.get(rows[0]!)!
  return rows.map(row => {
    const own = times.get(row)!
    const [medianMs, leastMs] = [median(own), Math.min(...own)]
    return {
      name: row.name,
      medianMs,
      leastMs,
      ratio: medianMs / median(first),
      leastRatio: leastMs / Math.min(...first),
      runs,
    }
  })
}

function shuffled<T>(all: readonly T[]): T[] {
  return all
    .map(one => ({one, place: Math.random()}))
    .sort((a, b) => a.place - b.place)
    .map(({one}) => one)
}

function timeOf({command: [program, ...args], environment}: Row): Promise<number> {
  return new Promise((resolve, reject) => {
    const since = performance.now()
    const child = spawn(program, args, {stdio: 'ignore', ...(environment === undefined ? {} : {env: environment})})
    child.on('error', reject)
    child.on('exit', () => resolve(performance.now() - since))
  })
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Writes the rows as a Markdown table. */
export function writeTable(title: string, measured: readonly Measured[]): string {
  const lines = measured.map(
    ({name, medianMs, ratio, leastMs, leastRatio}) =>
      `| ${name} | ${medianMs.toFixed(2)} | ${ratio.toFixed(2)} | ${leastMs.toFixed(2)} | ${leastRatio.toFixed(2)} |`,
  )
  const head = ['| what | median ms | ratio | least ms | ratio |', '|---|---:|---:|---:|---:|']
  return [`### ${title} (${measured[0]?.runs ?? 0} runs each)`, '', ...head, ...lines, ''].join('\n')
}
