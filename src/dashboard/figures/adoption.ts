import {writeCount, writeShare} from '../../stats/write/text/write.ts'
import {columnsOf, type Drawing, overTime} from './figure.ts'
import {tones} from './tones.ts'

export const adoptionFigure: Drawing = {
  describe: ({adoption, by}) => {
    const last = adoption?.findLast(({complete, versions}) => complete && versions.length > 0)
    if (last === undefined) return `No whole ${by} has runs.`
    const first = last.versions[0]!
    const all = last.versions.reduce((sum, {runs}) => sum + runs, 0)
    return `In ${last.period}, ${writeShare(first.runs / all)} of the runs used version ${first.version ?? 'unknown'}.`
  },
  draw: stats => {
    const {adoption, versions, runs, by} = stats
    if (adoption === null || versions === null) return ''
    // The versions with the most runs, sorted by version number.
    const drawn = versions
      .slice(0, tones.length)
      .map(({version}) => version)
      .sort((a, b) => (a ?? '').localeCompare(b ?? '', 'en', {numeric: true}))
    const runsOf = (period: (typeof adoption)[number], version: string | null): number =>
      period.versions.find(one => one.version === version)?.runs ?? 0
    // All other versions, including those that a report leaves out because few people ran them.
    const totals = new Map(runs?.periods.map(({period, value}) => [period, value]))
    const rest = adoption.map(period => {
      const known = drawn.reduce((sum, version) => sum + runsOf(period, version), 0)
      return Math.max(0, (totals.get(period.period) ?? known) - known)
    })
    return columnsOf({
      label: `Runs of each version by ${by}`,
      ...overTime(stats, adoption),
      series: [
        ...drawn.map((version, index) => ({
          name: version ?? 'unknown',
          tone: tones[index]!,
          values: adoption.map(period => runsOf(period, version)),
        })),
        ...(rest.some(runs => runs > 0) ? [{name: 'others', tone: 'grey' as const, values: rest}] : []),
      ],
      write: writeCount,
    })
  },
}
