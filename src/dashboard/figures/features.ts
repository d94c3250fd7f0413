import {escapeHtml} from '../../stats/write/html.ts'
import {
  describeBound,
  isUnknown,
  writeCount,
  writeCounted,
  writeNumber,
  writePeople,
  writeSeconds,
  writeUsers,
} from '../../stats/write/text/write.ts'
import type {Drawing} from './figure.ts'
import {drawRows} from './rows.ts'

const durations = [
  {key: 'meanSeconds', name: 'mean time'},
  {key: 'p50Seconds', name: 'median'},
  {key: 'p90Seconds', name: '90 % at most'},
  {key: 'p99Seconds', name: '99 % at most'},
  {key: 'maxSeconds', name: 'longest'},
] as const

export const featuresFigure: Drawing = {
  describe: ({features: all}) => {
    const features = all ?? []
    const [first] = features
    if (first === undefined) return 'No feature was used.'
    const count = `${writeCounted(features.length, 'feature')} ${features.length === 1 ? 'was' : 'were'} used`
    const users = {low: first.usersLow, high: first.usersHigh}
    const people = isUnknown(users) ? '' : ` by ${writePeople(users)}`
    return `${count}. The most used is ${first.name}: ${writeCounted(first.count, 'time')}${people}.`
  },
  hint: ({features: all}) => {
    const features = all ?? []
    const bound = Math.max(0, ...features.map(({percentileBound}) => percentileBound ?? 0))
    const isInternal = features.some(({internalCount}) => internalCount > 0)
    const pale = isInternal ? ['The pale part of a bar shows internal uses, by another part of the software.'] : []
    return [...pale, ...(bound > 0 ? [describeBound(bound)] : [])].join(' ')
  },
  draw: ({features: all}) => {
    const features = all ?? []
    const most = Math.max(1, ...features.map(({count}) => count))
    // A report leaves out the longest times.
    const known = durations.filter(({key}) => features.some(one => one[key] !== null))
    return drawRows({
      head: ['feature', 'uses', 'runs', 'users', ...known.map(({name}) => name)],
      rows: features.map(({type, name, count, internalCount, runs, ...one}) => ({
        name: `${name} (${type})`,
        counts: [
          ...[count, runs].map(value => (value === null ? '' : writeCount(value))),
          writeUsers(one),
          ...known.map(({key}) => one[key]).map(value => (value === null ? '' : writeSeconds(value))),
        ],
        bar: [
          {tone: 'blue', share: (count - internalCount) / most},
          {tone: 'pale', share: internalCount / most},
        ],
      })),
    })
  },
}

export const unusedFigure: Drawing = {
  describe: () => 'Nobody used these features of the project file in this range.',
  draw: ({unusedFeatures}) => {
    const items = (unusedFeatures ?? []).map(name => `<li><bdi>${escapeHtml(name)}</bdi></li>`)
    return `<ul>${items.join('')}</ul>`
  },
  hideEmpty: true,
}

export const detailsFigure: Drawing = {
  describe: () => 'Uses and users of features by the values of their details.',
  draw: ({details}) => {
    const rows = details ?? []
    const areNumbers = rows.some(({mean}) => mean !== null)
    const most = Math.max(1, ...rows.map(({count}) => count))
    return drawRows({
      head: ['detail', 'uses', 'users', ...(areNumbers ? ['mean', 'median', 'max'] : [])],
      rows: rows.map(({name, detail, value, count, mean, median, max, ...people}) => ({
        name: `${name}, ${detail}${value === null ? '' : ` = ${value}`}`,
        counts: [
          ...[writeCount(count), writeUsers(people)],
          ...(areNumbers ? [mean, median, max] : []).map(one => (one === null ? '' : writeNumber(one))),
        ],
        bar: [{tone: 'blue', share: count / most}],
      })),
    })
  },
  hideEmpty: true,
}
