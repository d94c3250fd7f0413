import type {Stats, SuccessRate} from '../../stats/model/model.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {describeKnown, isUnknown, writeBounded, writeCount, writeShare} from '../../stats/write/text/write.ts'
import {medianOf} from '../figures/runs.ts'
import {writeChange} from '../figures/words.ts'

interface Tile {
  readonly name: string
  readonly value: string
  readonly note: string
}

/** The numbers that people look for first. */
export function writeTiles(stats: Stats): string {
  const tiles = tilesOf(stats).map(
    ({name, value, note}) =>
      `<div><dt>${escapeHtml(name)}</dt><dd class="big">${escapeHtml(value)}</dd><dd class="note">${escapeHtml(note)}</dd></div>`,
  )
  return `<dl class="tiles">${tiles.join('\n')}</dl>\n`
}

function tilesOf(stats: Stats): Tile[] {
  const {users, runs, hosts, trend, successRate, duration, features} = stats
  const year = trend.yearBefore.runsChange
  return [
    {
      name: 'Users',
      value: writeBounded(users),
      note: noteOfUsers(users),
    },
    ...(runs === null
      ? []
      : [
          {name: 'Runs', value: writeCount(runs.total), note: year === null ? '' : writeChange(year, 'a year earlier')},
        ]),
    {name: 'Computers', value: writeBounded(hosts), note: ''},
    ...(successRate?.value == null
      ? []
      : [
          {
            name: 'Success rate',
            value: writeShare(successRate.value),
            note: describeBounds(successRate),
          },
        ]),
    ...(duration?.p90Seconds == null
      ? []
      : [{name: 'Median duration', value: medianOf(stats) ?? '', note: `of ${writeCount(duration.n)} ended runs`}]),
    ...(runs === null
      ? [
          {
            name: 'Uses of features',
            value: writeCount((features ?? []).reduce((sum, {count}) => sum + count, 0)),
            note: '',
          },
        ]
      : []),
  ]
}

/** The users of the last whole period; or how many runs say who started them. */
function noteOfUsers(users: Stats['users']): string {
  if (isUnknown(users)) return describeKnown(users)
  const last = users.periods.filter(({complete}) => complete).at(-1)
  return last === undefined || last.high === 0 ? '' : `${writeBounded(last)} in ${last.period}`
}

function describeBounds({low, high}: SuccessRate): string {
  const [least, most] = [writeShare(low ?? 0), writeShare(high ?? 1)]
  return least === most ? '' : `${least} to ${most} with unknown ends`
}
