import type {Stats} from '../../stats/model/model.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {describeStore} from '../../stats/write/text/quality.ts'
import {writeBytes, writeCount} from '../../stats/write/text/write.ts'
import {caveats} from '../parts/caveats.ts'
import type {AddressOf} from '../parts/figure-section.ts'

const words: readonly (readonly [name: string, what: string, means: string])[] = [
  [
    'duplicates',
    'Came again',
    'events that arrived twice and were counted once: a sign of a bad network, not of an error',
  ],
  ['refused', 'Refused', 'events that were not taken: undeclared features, too old, or broken'],
  ['unpaired', 'Without a run', 'ends and features that no run was found for'],
  ['clamped', 'From the future', 'events of clocks that run ahead; they were set to the time of their receipt'],
  [
    'undeclaredFields',
    'Undeclared values',
    'values that the project file does not declare; their events were taken without them',
  ],
  ['erasedRuns', 'Runs erased', 'at the request of the people whose runs they were; in no other number of this page'],
  ['erasedFeatures', 'Feature events erased', 'in the same way; totals that were made before keep them'],
  ['datagrams', 'Datagrams', 'that brought something for this project'],
  ['datagramsLost', 'Datagrams lost', 'before they could be read, of whatever project'],
  ['datagramsUnknown', 'Datagrams not understood', 'of whatever project'],
  ['ciRuns', 'Runs of CI', 'counted as runs, never as users'],
]

/** Writes what is known about the data themselves. */
export function writeQuality(stats: Stats, addressOf: AddressOf): string {
  const {erased, tables, ...quality} = stats.quality
  const counts: Readonly<Record<string, string | number | null>> = {
    ...quality,
    erasedRuns: erased?.runs ?? null,
    erasedFeatures: erased?.features ?? null,
  }
  const lost = stats.outcomes?.lost ?? null
  const told = [...words, ['lost', 'Lost runs', 'that began and of whose end nothing is known'] as const]
  const rows = told.map(([name, what, means]) => {
    const count = name === 'lost' ? lost : counts[name]
    const text = count == null ? 'not known under this filter' : writeCount(Number(count))
    return `<tr><th scope="row">${what}</th><td class="number">${text}</td><td>${means}</td></tr>`
  })
  const links =
    addressOf === null
      ? ''
      : `<div class="data"><a href="${escapeHtml(addressOf('quality', 'csv'))}">CSV</a> <a href="${escapeHtml(addressOf('quality', 'json'))}">JSON</a></div>\n`
  return `<section id="quality" aria-labelledby="quality-title">
<h2 id="quality-title">What the numbers are made of</h2>
<p>Counted in the range above. Of all projects and all times: ${describeStore(stats.quality).join(', ')}.${stats.quality.featuresSince === null ? '' : ` Single uses of features are kept since ${stats.quality.featuresSince}, totals of each month before.`}${stats.quality.runsSince === null ? '' : ` Single runs are kept since ${stats.quality.runsSince}, totals of months and years before.`}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Data quality"><table>
<thead><tr><th scope="col">what</th><th scope="col" class="number">number</th><th scope="col">means</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>
${links}</section>
${writeTables(tables)}${writeCaveats()}`
}

/** The largest tables of the store; nothing while they were not measured. */
function writeTables(tables: Stats['quality']['tables']): string {
  if (tables === null) return ''
  const rows = tables.map(
    ({name, bytes, rows}) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number">${writeBytes(bytes)}</td><td class="number">${writeCount(rows)}</td></tr>`,
  )
  return `<section id="tables" aria-labelledby="tables-title">
<h2 id="tables-title">What takes the room</h2>
<p>The largest tables of the store with their indexes, of all projects, as they were measured last.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Tables of the store"><table>
<thead><tr><th scope="col">table</th><th scope="col" class="number">on disk</th><th scope="col" class="number">rows</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>
</section>
`
}

/** The caveats as a section of a page. */
export function writeCaveats(): string {
  const items = caveats.map(sentence => `<li>${escapeHtml(sentence)}</li>`)
  return `<section id="caveats" aria-labelledby="caveats-title" class="prose">
<h2 id="caveats-title">What the numbers do not say</h2>
<ul>${items.join('\n')}</ul>
</section>
`
}
