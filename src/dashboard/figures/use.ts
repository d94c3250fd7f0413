import type {Stats} from '../../stats/model/model.ts'
import {writeCount, writeCounted} from '../../stats/write/text/write.ts'
import type {Tone} from '../charts/frame.ts'
import {columnsOf, type Drawing} from './figure.ts'
import {writeBounded, writeChange, writePeople, writeRange} from './words.ts'

const dayMs = 86_400_000

type Measured = 'users' | 'hosts' | 'runs' | 'scripts'

function countChart(stats: Stats, section: Measured, name: string, tone: Tone): string {
  const measure = stats[section]
  if (measure === null) return ''
  const {periods} = measure
  const areExact = periods.every(({exact}) => exact)
  return columnsOf({
    label: `${name} by ${stats.by}`,
    by: stats.by,
    periods: periods.map(({period, complete}) => ({label: period, complete})),
    series: [{name, tone, values: periods.map(({exact, value, low}) => (exact ? value : low))}],
    ...(areExact ? {} : {upTo: periods.map(({exact, high}) => (exact ? 0 : high))}),
    write: writeCount,
  })
}

export const usersFigure: Drawing = {
  describe: stats => {
    const {users, trend} = stats
    const several = `${writeBounded(users.onSeveralDays)} of them on at least two days`
    const bounds = users.exact
      ? ''
      : ' Pseudonyms changed during this time, so one person may be counted twice. The true number lies between the two.'
    const year = trend.yearBefore.usersChange
    const change = year === null ? '' : ` That is ${writeChange(year, 'a year earlier')}.`
    return `${writePeople(users)} used the software ${writeRange(stats)}, ${several}.${change}${bounds}`
  },
  draw: stats => countChart(stats, 'users', 'Users', 'blue'),
}

export const hostsFigure: Drawing = {
  describe: stats => {
    const {hosts} = stats
    const several = writeBounded(hosts.onSeveralDays)
    return `The software ran on ${writePeople(hosts, 'computer', 'computers')}, on ${several} of them on at least two days.`
  },
  draw: stats => countChart(stats, 'hosts', 'Computers', 'teal'),
}

export const runsFigure: Drawing = {
  describe: stats => {
    const {runs, trend, ci} = stats
    if (runs === null) return ''
    const year = trend.yearBefore.runsChange
    // For a whole year, both are almost the same time.
    const isYear = Math.abs(Date.parse(trend.previous.from) - Date.parse(trend.yearBefore.from)) < 45 * dayMs
    const changes = [
      ...(trend.runsChange === null || isYear ? [] : [writeChange(trend.runsChange, 'in the previous range')]),
      ...(year === null ? [] : [writeChange(year, 'a year earlier')]),
    ]
    const change = changes.length === 0 ? '' : `: ${changes.join(' and ')}`
    const ofCi =
      ci === null || ci.runs === 0 ? '' : ` ${writeCount(ci.runs)} of them are runs of continuous integration.`
    return `${writeCounted(runs.total, 'run')} started ${writeRange(stats)}${change}.${ofCi}`
  },
  draw: stats => countChart(stats, 'runs', 'Runs', 'purple'),
}

export const scriptsFigure: Drawing = {
  describe: stats =>
    stats.scripts === null ? '' : `People ran ${writePeople(stats.scripts, 'different script', 'different scripts')}.`,
  draw: stats => countChart(stats, 'scripts', 'Scripts', 'gold'),
}

export const flowFigure: Drawing = {
  describe: ({userFlow, by}) => {
    const last = userFlow.findLast(one => one.complete && one.new !== null)
    const unknown = userFlow.filter(one => one.new === null)
    const gap =
      unknown.length === 0
        ? ''
        : ` Pseudonyms changed, so new and returning users are unknown in ${unknown.map(({period}) => period).join(', ')}.`
    if (last === undefined) return `New and returning users are unknown.${gap}`
    const lost = last.lost === null ? '' : ` ${writeCount(last.lost)} users of the ${by} before did not return.`
    return `In ${last.period}, ${writeCounted(last.new ?? 0, 'user')} ${last.new === 1 ? 'was' : 'were'} new and ${writeCount(last.returning ?? 0)} returned.${lost}${gap}`
  },
  draw: ({userFlow, by}) =>
    columnsOf({
      label: `New and returning users by ${by}`,
      by,
      periods: userFlow.map(({period, complete}) => ({label: period, complete})),
      series: [
        {name: 'returning', tone: 'blue', values: userFlow.map(one => one.returning ?? 0)},
        {name: 'new', tone: 'orange', values: userFlow.map(one => one.new ?? 0)},
      ],
      write: writeCount,
    }),
}
