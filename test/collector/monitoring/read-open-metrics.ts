/** One sample of a metric. */
export interface Sample {
  readonly family: string
  readonly type: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const suffixes: Readonly<Record<string, readonly string[]>> = {
  gauge: [''],
  counter: ['_total'],
  histogram: ['_bucket', '_sum', '_count'],
}
const nameOf = /^[a-z][a-z0-9_]*$/
const sampleOf = /^([a-z][a-z0-9_]*)(?:\{(.*)\})? (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf))$/
const labelOf = /^([a-z][a-z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/

/**
 * Reads a text in the format of OpenMetrics 1.0, as far as a collector uses it, strictly: every family has its help, its
 * type and only then its samples, all of them together; no family, sample or set of labels comes twice; a counter never
 * is negative; the buckets of a histogram grow up to their count; the text ends with `# EOF`. Throws at the first fault.
 */
export function readOpenMetrics(text: string): Sample[] {
  const lines = text.split('\n')
  if (lines.pop() !== '' || lines.pop() !== '# EOF') throw new Error('must end with # EOF and a newline')
  const samples: Sample[] = []
  const families = new Set<string>()
  const seen = new Set<string>()
  let family = ''
  let type = ''
  for (const line of lines) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
    if (keyword === 'HELP') {
      if (!nameOf.test(name) || families.has(name)) throw new Error(`a second or wrong family: ${line}`)
      families.add(name)
      family = name
      type = ''
    } else if (keyword === 'TYPE') {
      if (name !== family || type !== '' || suffixes[rest] === undefined) throw new Error(`a wrong type: ${line}`)
      if (rest !== 'gauge' && /_(?:total|bucket|sum|count)$/.test(name)) throw new Error(`a wrong name: ${line}`)
      type = rest
    } else {
      const sample = readSample(line, family, type)
      const key = `${sample.name}${JSON.stringify(Object.entries(sample.labels).sort())}`
      if (seen.has(key)) throw new Error(`twice: ${line}`)
      seen.add(key)
      samples.push(sample)
    }
  }
  checkHistograms(samples)
  return samples
}

function readSample(line: string, family: string, type: string): Sample {
  const [, name = '', labels = '', number = ''] = sampleOf.exec(line) ?? []
  if (!suffixes[type]?.some(suffix => name === family + suffix)) throw new Error(`no sample of ${family}: ${line}`)
  const value = Number(number.replace('Inf', 'Infinity'))
  if (type === 'counter' && !(value >= 0)) throw new Error(`a negative counter: ${line}`)
  return {family, type, name, labels: readLabels(labels), value}
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  for (let rest = text; rest !== ''; ) {
    const [all, name = '', value = ''] = labelOf.exec(rest) ?? []
    if (all === undefined || name in labels) throw new Error(`wrong labels: ${text}`)
    labels[name] = value
    rest = rest.slice(all.length)
  }
  return labels
}

function checkHistograms(samples: readonly Sample[]): void {
  for (const [family, all] of Map.groupBy(samples, sample => sample.family)) {
    if (all[0]?.type !== 'histogram') continue
    const buckets = all.filter(({name}) => name === `${family}_bucket`)
    const count = all.find(({name}) => name === `${family}_count`)?.value
    const bounds = buckets.map(({labels}) => Number(labels['le']?.replace('+Inf', 'Infinity')))
    const isGrowing = buckets.every(({value}, i) => i === 0 || value >= (buckets[i - 1]?.value ?? 0))
    const isSorted = bounds.every((bound, i) => i === 0 || bound > (bounds[i - 1] ?? 0))
    if (!isGrowing || !isSorted || bounds.at(-1) !== Infinity || buckets.at(-1)?.value !== count)
      throw new Error(`a wrong histogram: ${family}`)
  }
}
