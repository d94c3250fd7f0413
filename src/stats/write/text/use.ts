import type {Stats} from '../../model/model.ts'
import {drawColumns, flow} from './draw.ts'
import type {Page, Section} from './page.ts'
import {describeAgents, describeUncertain} from './uncertain.ts'
import {describeKnown, isUnknown, writeBounded, writeCount, writeCounted, writePeople, writeShare} from './write.ts'

const measures = ['users', 'hosts', 'scripts', 'runs'] as const

/** Writes the number of users, hosts, scripts and runs, over time and compared with earlier. */
export function writeUse(page: Page): Section {
  const {stats, paint, width} = page
  const known = measures.flatMap(name => (stats[name] === null ? [] : [{name, measure: stats[name]}]))
  const totals = known.map(({measure}) => writeBounded(measure))
  const totalWidth = Math.max(...totals.map(total => total.length))
  const columns = Math.max(1, width - 'scripts'.length - totalWidth - 4)
  const rows = known.map(({name, measure}, index) => {
    const shown = measure.periods.slice(-columns).map(({low, complete}) => ({value: low, complete}))
    const chart = drawColumns(shown, paint)
    return `${name.padEnd(7)}  ${paint.bold(totals[index]!.padStart(totalWidth))}  ${chart}`
  })
  const sentences = describeTrend(page).flatMap(text => flow(text, width))
  return {heading: 'Use', lines: [...rows, paint.dim(describeColumns(stats, columns)), ...sentences]}
}

function describeColumns({users: {periods}, by}: Stats, columns: number): string {
  const shown = periods.slice(-columns)
  const unfinished = shown.at(-1)?.complete === false ? ' (the last is incomplete)' : ''
  const first = shown[0]?.period ?? ''
  return shown.length === 1 ? `one ${by}, ${first}` : `${shown.length} ${by}s from ${first}${unfinished}`
}

function describeTrend({stats}: Page): string[] {
  const {trend, users} = stats
  const lines: string[] = []
  if (trend.previous.runs === null) lines.push(...describeUsers(trend))
  else if (trend.previous.runs === 0) lines.push('There were no runs in the previous range.')
  else if (trend.runsChange !== null) lines.push(describeRuns(trend, trend.runsChange))
  const year = trend.yearBefore
  if (year.runsChange !== null)
    lines.push(`${compare(year.runsChange, 'runs', 'a year earlier')} (${writeCounted(year.runs ?? 0, 'run')}).`)
  if (users.low > 0) lines.push(`Users seen on at least two days: ${writeBounded(users.onSeveralDays)}.`)
  lines.push(...describeFlow(stats), ...describeBounds(users), ...describeUncertain(stats))
  const agents = describeAgents(stats)
  if (agents !== null) lines.push(agents)
  return lines
}

/** Why the number of users is not exact. */
function describeBounds(users: Stats['users']): string[] {
  if (users.exact) return []
  if (isUnknown(users)) return [`Users are unknown: ${describeKnown(users)}`]
  const known = describeKnown(users)
  return [
    `There were ${writePeople(users, 'user', 'users')}. ${known === '' ? 'Pseudonyms changed during this time.' : known}`,
  ]
}

/** Describes the last complete period whose new users are known. */
function describeFlow({users, userFlow, by}: Stats): string[] {
  if (users.low === 0) return []
  const last = userFlow.findLast(({complete, new: fresh}) => complete && fresh !== null)
  if (last === undefined) return []
  const lost = last.lost === null ? '' : `, ${writeCount(last.lost)} lost since the previous ${by}`
  return [
    `In ${last.period}: ${writeCounted(last.new ?? 0, 'user')} first seen since ${last.since}, ${writeCount(last.returning ?? 0)} returning${lost}.`,
  ]
}

/** `29 % more runs and 50 % fewer users than in the previous range (31 runs).` */
function describeRuns({usersChange, previous}: Stats['trend'], runsChange: number): string {
  const before = `in the previous range (${writeCounted(previous.runs ?? 0, 'run')})`
  if (usersChange === null) return `${compare(runsChange, 'runs', before)}.`
  if (Math.max(runsChange, usersChange) < many)
    return `${writeChange(runsChange, 'runs')} and ${compare(usersChange, 'users', before)}.`
  return `${compare(runsChange, 'runs', before)}, and ${writeChange(usersChange, 'users')}.`
}

function describeUsers({usersChange, previous}: Stats['trend']): string[] {
  if (usersChange === null || previous.users === null) return []
  return [`${compare(usersChange, 'users', 'in the previous range')} (${writeCounted(previous.users, 'user')}).`]
}

/** A change of at least this share is written as a multiple, which is easier to read than a percentage. */
const many = 2

const compare = (change: number, what: string, before: string): string =>
  `${writeChange(change, what)} ${change === 0 || change >= many ? 'as' : 'than'} ${before}`

function writeChange(change: number, what: string): string {
  if (change === 0) return `as many ${what}`
  if (change >= many) return `${Number((change + 1).toPrecision(2)).toLocaleString('en-US')} times as many ${what}`
  return `${writeShare(Math.abs(change))} ${change > 0 ? 'more' : 'fewer'} ${what}`
}
