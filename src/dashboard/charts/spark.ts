import {escapeHtml} from '../../stats/write/html.ts'
import {round} from './area.ts'

const width = 120
const height = 28
/** Room for the line and the last point at the edges. */
const edge = 3

/**
 * Draws values over time as a small line from 0 without an axis, for a cell of a table. Null leaves a gap. Empty if no
 * value is above 0. Pure.
 *
 * @param label its text for screen readers
 */
export function drawSpark(values: readonly (number | null)[], label: string): string {
  const top = Math.max(0, ...values.map(value => value ?? 0))
  if (top === 0) return ''
  const x = (index: number): number => edge + (index * (width - 2 * edge)) / Math.max(1, values.length - 1)
  const y = (value: number): number => height - edge - (value * (height - 2 * edge)) / top
  const steps = values.map((value, index) => {
    if (value === null) return ''
    const command = index === 0 || values[index - 1] === null ? 'M' : 'L'
    return `${command}${round(x(index))} ${round(y(value))}`
  })
  const last = values.findLastIndex(value => value !== null)
  const point = `<circle class="purple" cx="${round(x(last))}" cy="${round(y(values[last]!))}" r="2.5"/>`
  return `<svg class="spark" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}"><path class="line purple" d="${steps.join('')}"/>${point}</svg>`
}
