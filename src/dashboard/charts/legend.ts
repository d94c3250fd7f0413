import {escapeHtml} from '../../stats/write/html.ts'
import type {Tone} from './area.ts'
import {dashOf, fillOf, pointAt, scopeOf} from './signs.ts'

/** The names of several series with their colours and signs, in the order of the series. HTML. Pure. */
export function drawLegend(
  label: string,
  series: readonly {readonly name: string; readonly tone: Tone}[],
  kind: 'areas' | 'lines',
): string {
  const drawKey = kind === 'areas' ? drawArea : drawLine
  const items = series.map(
    ({name, tone}, place) => `<li>${drawKey(place, tone, scopeOf(label, 'key'))}<bdi>${escapeHtml(name)}</bdi></li>`,
  )
  return `<ul class="legend">${items.join('')}</ul>`
}

function drawArea(place: number, tone: Tone, scope: string): string {
  const {attributes, pattern} = fillOf(place, tone, scope)
  return `<svg class="key" viewBox="0 0 16 16" aria-hidden="true">${pattern}<rect ${attributes} width="16" height="16"/></svg>`
}

const drawLine = (place: number, tone: Tone): string =>
  `<svg class="key line-key" viewBox="0 0 30 12" aria-hidden="true"><path class="line ${tone}" d="M0 6H30"${dashOf(place)}/><${pointAt(place, 15, 6, tone)}/></svg>`
