import {spawn} from 'node:child_process'
import {setTimeout as wait} from 'node:timers/promises'

/** One thing that is measured: a program that is run again and again, and what has to be so before each run. */
export interface Row {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly environment?: Readonly<Record<string, string>>
  /** Done before each run and not measured. */
  readonly prepare?: () => void
  /** How often it does what is measured; the figures are for one of these. One when not said. */
  readonly repeats?: number
  /** It leaves a process in the background, which is given time to get out of the next row's way. */
  readonly leavesProcess?: boolean
}

/** Milliseconds in which what was left in the background has begun, and waits for a network or is gone. */
const settleMs = 400

export interface Measured {
  readonly name: string
  readonly medianMs: number
  readonly leastMs: number
  /** The median over the median of the first row, measured in turn with it. */
  readonly ratio: number
  /** The same of the least: what else the machine did is in none of the two. */
  readonly leastRatio: number
  readonly runs: number
}

/**
 * Runs the rows in turn, each round in another order, so that what else the machine does and what the row before left in
 * its caches meet them all, and compares each with the first. A run ends when the program has ended, whatever it left in
 * the background. The first two rounds do not count.
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

/** The rows as a table of Markdown. */
export function writeTable(title: string, measured: readonly Measured[]): string {
  const lines = measured.map(
    ({name, medianMs, ratio, leastMs, leastRatio}) =>
      `| ${name} | ${medianMs.toFixed(2)} | ${ratio.toFixed(2)} | ${leastMs.toFixed(2)} | ${leastRatio.toFixed(2)} |`,
  )
  const head = ['| what | median ms | ratio | least ms | ratio |', '|---|---:|---:|---:|---:|']
  return [`### ${title} (${measured[0]?.runs ?? 0} runs each)`, '', ...head, ...lines, ''].join('\n')
}
