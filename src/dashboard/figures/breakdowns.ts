import type {Stats, Usage} from '../../stats/model/model.ts'
import {writeCount, writeCounted, writeNumber, writeSeconds, writeShare} from '../../stats/write/text/write.ts'
import type {Tone} from '../charts/frame.ts'
import {columnsOf, type Figure} from './figure.ts'
import {drawRows} from './rows.ts'

type Named = Usage & {readonly name: string | null}

const usageRows = (rows: readonly Named[] | null, what: string, unknown: string, tone: Tone): string => {
  const most = Math.max(1, ...(rows ?? []).map(({runs}) => runs))
  return drawRows({
    head: [what, 'runs', 'users'],
    rows: (rows ?? []).map(({name, runs, users}) => ({
      name: name ?? unknown,
      counts: [writeCount(runs), users === null ? '' : writeCount(users)],
      bar: [{tone, share: runs / most}],
    })),
  })
}

/** `Most runs, 66 %, have Linux; there are 4 in all.` Fewer rows may be known than there are. */
function sayFirst(rows: readonly Named[] | null, {runs}: Stats, what: string, unknown: string): string {
  const sum = (rows ?? []).reduce((all, one) => all + one.runs, 0)
  const total = runs?.total ?? sum
  const first = rows?.[0]
  if (first === undefined || total === 0) return `No run named ${what}.`
  const name = first.name ?? unknown
  const share = first.runs / total
  if (share === 1) return `All runs have ${name}.`
  const head =
    share > 0.5 ? `Most runs, ${writeShare(share)},` : `${writeShare(share)} of the runs, more than of any other,`
  return `${head} have ${name}; ${writeCount(rows!.length)} are ${sum === total ? 'known' : 'shown'}.`
}

function namedFigure(
  section: 'systems' | 'readableSystems' | 'schedulers' | 'applications',
  title: string,
  what: string,
  tone: Tone,
): Figure {
  const unknown = section === 'schedulers' ? 'none' : 'unknown'
  return {
    section,
    title,
    say: stats => sayFirst(stats[section], stats, `a ${what}`, unknown),
    draw: stats => usageRows(stats[section], what, unknown, tone),
  }
}

export const systemsFigure = namedFigure('systems', 'Operating systems', 'system', 'teal')
export const readableSystemsFigure = namedFigure('readableSystems', 'Systems by name', 'system by name', 'teal')
export const schedulersFigure = namedFigure('schedulers', 'Batch systems', 'batch system', 'gold')
export const applicationsFigure = namedFigure('applications', 'Applications', 'application', 'purple')

const versionsOf = ({versions}: Stats): Named[] | null =>
  versions?.map(({version, runs, users}) => ({name: version, runs, users})) ?? null

export const versionsFigure: Figure = {
  section: 'versions',
  title: 'Versions',
  say: stats => sayFirst(versionsOf(stats), stats, 'a version', 'no version'),
  draw: stats => usageRows(versionsOf(stats), 'version', 'unknown', 'blue'),
}

const tones: readonly Tone[] = ['blue', 'orange', 'green', 'purple', 'gold', 'teal']
const others = 'others'

export const adoptionFigure: Figure = {
  section: 'adoption',
  title: 'Which version runs',
  say: ({adoption, by}) => {
    const last = adoption?.findLast(({complete, versions}) => complete && versions.length > 0)
    if (last === undefined) return `No whole ${by} has runs.`
    const first = last.versions[0]!
    const all = last.versions.reduce((sum, {runs}) => sum + runs, 0)
    return `In ${last.period}, ${writeShare(first.runs / all)} of the runs were of version ${first.version ?? 'unknown'}.`
  },
  draw: ({adoption, versions, runs, by}) => {
    if (adoption === null || versions === null) return ''
    // Those that run most, in the order in which they came out.
    const shown = versions
      .slice(0, tones.length)
      .map(({version}) => version)
      .sort((a, b) => (a ?? '').localeCompare(b ?? '', 'en', {numeric: true}))
    const runsOf = (period: (typeof adoption)[number], version: string | null): number =>
      period.versions.find(one => one.version === version)?.runs ?? 0
    // Whatever is not shown by its name, also what was left out because few people ran it.
    const totals = new Map(runs?.periods.map(({period, value}) => [period, value]))
    const rest = adoption.map(period => {
      const known = shown.reduce((sum, version) => sum + runsOf(period, version), 0)
      return Math.max(0, (totals.get(period.period) ?? known) - known)
    })
    return columnsOf({
      label: `Runs of each version by ${by}`,
      by,
      periods: adoption.map(({period, complete}) => ({label: period, complete})),
      series: [
        ...shown.map((version, index) => ({
          name: version ?? 'unknown',
          tone: tones[index]!,
          values: adoption.map(period => runsOf(period, version)),
        })),
        ...(rest.some(runs => runs > 0) ? [{name: others, tone: 'grey' as const, values: rest}] : []),
      ],
      write: writeCount,
    })
  },
}

export const ciFigure: Figure = {
  section: 'ci',
  title: 'Continuous integration',
  say: ({ci}) => {
    if (ci === null) return ''
    if (ci.share === null || ci.runs === 0) return 'No run belongs to continuous integration.'
    return `${writeCounted(ci.runs, 'run')}, ${writeShare(ci.share)} of all, belong to continuous integration. They count as runs and never as users.`
  },
  draw: ({ci}) => {
    const most = Math.max(1, ...(ci?.vendors ?? []).map(({runs}) => runs))
    return drawRows({
      head: ['service', 'runs'],
      rows: (ci?.vendors ?? []).map(({name, runs}) => ({
        name,
        counts: [writeCount(runs)],
        bar: [{tone: 'grey', share: runs / most}],
      })),
    })
  },
}

export const featuresFigure: Figure = {
  section: 'features',
  title: 'Features',
  say: ({features}) => {
    const [first] = features
    if (first === undefined) return 'No feature was used.'
    return `${writeCounted(features.length, 'feature')} ${features.length === 1 ? 'was' : 'were'} used; most often ${first.name}, ${writeCounted(first.count, 'time')}${first.users === null ? '' : ` by ${writeCounted(first.users, 'person', 'people')}`}.`
  },
  hint: ({features}) =>
    features.some(({internalCount}) => internalCount > 0)
      ? 'The pale part of a bar was not used by a person directly but by another part of the software.'
      : '',
  draw: ({features}) => {
    const most = Math.max(1, ...features.map(({count}) => count))
    return drawRows({
      head: ['feature', 'uses', 'runs', 'users', 'mean time'],
      rows: features.map(({type, name, count, internalCount, runs, users, meanSeconds}) => ({
        name: `${name} (${type})`,
        counts: [
          ...[count, runs, users].map(one => (one === null ? '' : writeCount(one))),
          meanSeconds === null ? '' : writeSeconds(meanSeconds),
        ],
        bar: [
          {tone: 'blue', share: (count - internalCount) / most},
          {tone: 'pale', share: internalCount / most},
        ],
      })),
    })
  },
}

export const fieldsFigure: Figure = {
  section: 'fields',
  title: 'Fields',
  say: ({fields}) =>
    Object.keys(fields ?? {}).length === 0
      ? 'The project declares no fields.'
      : 'What runs tell besides: the values that the project declares.',
  draw: ({fields}) =>
    drawRows({
      head: ['field', 'runs', 'mean', 'median', 'most'],
      rows: Object.entries(fields ?? {}).flatMap(([name, {n, mean, median, max, values}]) => [
        {
          name,
          counts: [writeCount(n), ...[mean, median, max].map(value => (value === null ? '' : writeNumber(value)))],
          bar: [],
        },
        ...(values ?? []).map(({value, runs}) => ({
          name: `${name} = ${value}`,
          counts: [writeCount(runs), '', '', ''],
          bar: [{tone: 'teal' as const, share: n === 0 ? 0 : runs / n}],
        })),
      ]),
    }),
}
