import type {Stats} from '../../stats/model/model.ts'
import {describeUncertain} from '../../stats/write/text/uncertain.ts'
import {
  describeKnown,
  isUnknown,
  writeBounded,
  writeCount,
  writeCounted,
  writePeople,
  writeUsers,
} from '../../stats/write/text/write.ts'
import type {Tone} from '../charts/area.ts'
import {columnsOf, type Drawing, overTime} from './figure.ts'
import {drawRows} from './rows.ts'
import {writeChange, writeDay, writeRange} from './words.ts'

const dayMs = 86_400_000

type Measured = 'users' | 'hosts' | 'runs' | 'scripts'

function countChart(stats: Stats, section: Measured, name: string, tone: Tone): string {
  const measure = stats[section]
  if (measure === null) return ''
  const {periods} = measure
  const areExact = periods.every(({exact}) => exact)
  return columnsOf({
    label: `${name} by ${stats.by}`,
    ...overTime(stats, periods),
    series: [{name, tone, values: periods.map(({low}) => low)}],
    ...(areExact ? {} : {upTo: periods.map(({exact, high}) => (exact ? 0 : high))}),
    write: writeCount,
  })
}

export const usersFigure: Drawing = {
  describe: stats => {
    const {users, trend} = stats
    const known = describeKnown(users)
    if (isUnknown(users)) return `Users are unknown ${writeRange(stats)}. ${known}`.trimEnd()
    const several = isUnknown(users.onSeveralDays)
      ? ''
      : `, ${writeBounded(users.onSeveralDays)} of them on at least two days`
    const year = trend.yearBefore.usersChange
    const change = year === null ? '' : `That is ${writeChange(year, 'a year earlier')}.`
    const people = writePeople(users)
    const sentence = `${people[0]!.toUpperCase()}${people.slice(1)} used the software ${writeRange(stats)}${several}.`
    return [sentence, change, known, whyBounds(users)].filter(part => part !== '').join(' ')
  },
  draw: stats => countChart(stats, 'users', 'Users', 'blue'),
}

/** Why the number of users is not exact; empty if the runs without a user explain it, or if it is exact. */
const whyBounds = ({exact, runsWithoutUser}: Stats['users']): string =>
  exact || runsWithoutUser !== 0
    ? ''
    : 'Pseudonyms changed during this time, so one person may be counted twice. The true number lies between the two.'

export const hostsFigure: Drawing = {
  describe: stats => {
    const {hosts} = stats
    const several = isUnknown(hosts.onSeveralDays)
      ? ''
      : `, on ${writeBounded(hosts.onSeveralDays)} of them on at least two days`
    return `The software ran on ${writePeople(hosts, 'computer', 'computers')}${several}.`
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
  draw: stats => countChart(stats, 'scripts', 'Scripts', 'orange'),
}

const kindNames = {'only-agents': 'only through coding agents', 'only-new-homes': 'only in new homes'} as const

export const uncertainFigure: Drawing = {
  describe: stats => describeUncertain(stats).join(' '),
  draw: ({uncertainUsers}) => {
    const most = Math.max(1, ...uncertainUsers.map(({usersHigh}) => usersHigh))
    return drawRows({
      head: ['seen', 'users'],
      rows: uncertainUsers.map(({kind, ...users}) => ({
        name: kindNames[kind],
        counts: [writeUsers(users)],
        bar: [{tone: 'grey', share: users.usersLow / most}],
      })),
    })
  },
  hideEmpty: true,
}

export const flowFigure: Drawing = {
  describe: ({users, userFlow, by}) => {
    const last = userFlow.findLast(one => one.complete && one.new !== null)
    const unknown = userFlow.filter(one => one.new === null)
    const gap = unknown.length === 0 ? '' : ` It is unknown for ${unknown.map(({period}) => period).join(', ')}.`
    if (last === undefined || users.low === 0) return 'Which users were seen before is unknown.'
    const lost = last.lost === null ? '' : ` ${writeCount(last.lost)} users of the ${by} before did not return.`
    const first = `${writeCounted(last.new ?? 0, 'user')} ${last.new === 1 ? 'was' : 'were'} seen for the first time since ${writeDay(last.since ?? '')}`
    return `In ${last.period}, ${first}, and ${writeCount(last.returning ?? 0)} returned.${lost}${gap}`
  },
  hint: () => 'A user is new if the pseudonym was not seen before in the same rotation period.',
  draw: ({userFlow, ...stats}) =>
    columnsOf({
      label: `New and returning users by ${stats.by}`,
      ...overTime(stats, userFlow),
      series: [
        {name: 'returning', tone: 'blue', values: userFlow.map(one => one.returning)},
        {name: 'new', tone: 'orange', values: userFlow.map(one => one.new)},
      ],
      write: writeCount,
    }),
}
