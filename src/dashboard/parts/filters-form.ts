import type {Stats} from '../../stats/model/model.ts'
import {calendarYear, formatDay, periodLengths, startOfPeriod} from '../../stats/model/period.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {addressTo, type State} from './address.ts'

/** The answers without filters. Their values are the options of the form. */
export type Choices = Pick<Stats, 'versions' | 'systems' | 'applications' | 'agents' | 'fields'>

/** Writes the controls of a page: common ranges as links, active filters with links to remove them, and a form. */
export function writeQuestion(state: State, page: string, choices: Choices, nowMs: number): string {
  return `${writeRanges(state, page, nowMs)}${writeActive(state, page)}${writeForm(state, page, choices)}`
}

const dayMs = 86_400_000

function writeRanges(state: State, page: string, nowMs: number): string {
  const {yearBegins} = state.project.identity
  const year = new Date(startOfPeriod(nowMs, 'year', yearBegins)).getUTCFullYear()
  const first = `${year - 4}-${yearBegins ?? calendarYear}`
  const ranges: readonly (readonly [name: string, changes: Readonly<Record<string, string | null>>])[] = [
    ['12 months', {from: null, to: null, year: null, by: null}],
    ['Last full year', {from: null, to: null, year: String(year - 1), by: null}],
    ['This year', {from: null, to: null, year: String(year), by: null}],
    ['Five years', {from: first, to: null, year: null, by: 'year'}],
    ['30 days', {from: formatDay(nowMs - 29 * dayMs), to: null, year: null, by: 'day'}],
  ]
  const items = ranges.map(([name, changes]) => {
    const isCurrent = Object.entries(changes).every(([key, value]) => (state.written[key] ?? null) === value)
    const current = isCurrent ? ' aria-current="true"' : ''
    return `<li><a href="${escapeHtml(addressTo(state, page, changes))}"${current}>${name}</a></li>`
  })
  return `<ul class="chips ranges" aria-label="Range">${items.join('')}</ul>\n`
}

/** Each filter that is set, with the link that removes it. */
function writeActive(state: State, page: string): string {
  const ranges = ['from', 'to', 'year', 'by']
  const set = Object.entries(state.written).filter(([name]) => !ranges.includes(name))
  if (set.length === 0) return ''
  const items = set.map(([name, value]) => {
    return `<li><bdi>${escapeHtml(describeFilter(name, value))}</bdi>: <a href="${escapeHtml(addressTo(state, page, {[name]: null}))}">show all</a></li>`
  })
  return `<ul class="chips" aria-label="Active filters">${items.join('')}</ul>\n`
}

function describeFilter(name: string, value: string): string {
  if (name === 'internal' || name === 'direct') return `Only ${name} use of features`
  if (name === 'ci') return value === 'none' ? 'Without continuous integration' : 'Only continuous integration'
  if (name === 'agent' && value === 'none') return 'Without coding agents'
  if (name === 'agent' && value === 'only') return 'Only coding agents'
  const words: Readonly<Record<string, string>> = {'app-version': 'version', 'feature-type': 'features of type'}
  return `Only ${words[name] ?? name} ${value}`
}

function writeForm({base, project, written, query}: State, page: string, choices: Choices): string {
  const names = (rows: readonly {readonly name: string | null}[] | null): string[] =>
    (rows ?? []).flatMap(({name}) => (name === null ? [] : [name]))
  const versions = names(choices.versions?.map(({version}) => ({name: version})) ?? null)
  const fields = [
    day('from', 'From', query.from),
    day('to', 'To', query.to),
    select('by', 'By', [...periodLengths], query.by, false),
    select('app-version', 'Version', versions, written['app-version']),
    select('system', 'System', names(choices.systems), written['system']),
    select('application', 'Application', names(choices.applications), written['application']),
    select('field', 'Field', fieldChoices(choices), written['field']),
    select('ci', 'Continuous integration', ['none', 'only'], written['ci']),
    select('agent', 'Coding agent', agentChoices(names(choices.agents)), written['agent']),
    select('feature-type', 'Feature type', project.features.types, written['feature-type']),
    select('use', 'Feature use', ['direct', 'internal'], useOf(written)),
  ]
  const action = escapeHtml(addressTo({base, project, written: {}}, page))
  return `<details class="filters"><summary>Range and filters</summary>
<form action="${action}" method="get">${fields.join('')}<button>Show</button></form></details>
`
}

const fieldChoices = ({fields}: Choices): string[] =>
  Object.entries(fields ?? {}).flatMap(([name, {values}]) => (values ?? []).map(({value}) => `${name}=${value}`))

const agentChoices = (names: readonly string[]): string[] => (names.length === 0 ? [] : ['none', 'only', ...names])

const useOf = (written: State['written']): string | undefined =>
  written['internal'] === '1' ? 'internal' : written['direct'] === '1' ? 'direct' : undefined

const day = (name: string, label: string, value: string): string =>
  `<label>${label}<br><input type="date" name="${name}" value="${value}"></label>`

/** The most options of a select element: the first ones have the most runs. Any value can be in the address. */
const maxOptions = 500

/**
 * A select element. An optional one also offers all values. A chosen value is an option even if it is not in `values`.
 */
function select(
  name: string,
  label: string,
  allValues: readonly string[],
  chosen: string | undefined,
  isOptional = true,
): string {
  const values = allValues.slice(0, maxOptions)
  const all = chosen === undefined || values.includes(chosen) ? values : [chosen, ...values]
  if (isOptional && all.length === 0) return ''
  const options = all.map(value => {
    const text = escapeHtml(value)
    return `<option value="${text}"${value === chosen ? ' selected' : ''}>${text}</option>`
  })
  const first = isOptional ? '<option value="">all</option>' : ''
  return `<label>${label}<br><select name="${name}">${first}${options.join('')}</select></label>`
}
