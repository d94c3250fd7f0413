import {escapeHtml} from '../../stats/write/html.ts'
import {writeCount, writeCounted, writeNumber, writeSeconds} from '../../stats/write/text/write.ts'
import type {Drawing} from './figure.ts'
import {drawRows} from './rows.ts'

export const featuresFigure: Drawing = {
  describe: ({features}) => {
    const [first] = features
    if (first === undefined) return 'No feature was used.'
    const count = `${writeCounted(features.length, 'feature')} ${features.length === 1 ? 'was' : 'were'} used`
    const people = first.users === null ? '' : ` by ${writeCounted(first.users, 'person', 'people')}`
    return `${count}. The most used is ${first.name}: ${writeCounted(first.count, 'time')}${people}.`
  },
  hint: ({features}) =>
    features.some(({internalCount}) => internalCount > 0)
      ? 'The pale part of a bar shows internal uses, by another part of the software.'
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

export const unusedFigure: Drawing = {
  describe: () => 'Nobody used these features of the project file in this range.',
  draw: ({unusedFeatures}) => {
    const items = (unusedFeatures ?? []).map(name => `<li><bdi>${escapeHtml(name)}</bdi></li>`)
    return `<ul>${items.join('')}</ul>`
  },
  hideEmpty: true,
}

export const fieldsFigure: Drawing = {
  describe: ({fields}) =>
    Object.keys(fields ?? {}).length === 0
      ? 'The project declares no fields.'
      : 'Values that the project file declares and runs report.',
  draw: ({fields}) =>
    drawRows({
      head: ['field', 'runs', 'mean', 'median', 'max'],
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
