import type {Stats} from '../../stats/model/model.ts'
import {lostRuns, qualityCounts} from '../../stats/model/quality-counts.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {describeStore} from '../../stats/write/text/quality.ts'
import {writeBytes, writeCount} from '../../stats/write/text/write.ts'
import {caveatsOf} from '../parts/caveats.ts'
import {type AddressOf, writeLinks} from '../parts/figure-section.ts'

/** Writes what is known about the data. */
export function writeQuality(stats: Stats, addressOf: AddressOf): string {
  const {quality} = stats
  const counts = [
    ...qualityCounts.map(({title, meaning, count}) => ({title, meaning, count: count(quality)})),
    {...lostRuns, count: lostRuns.count(stats)},
  ]
  const rows = counts.map(({title, meaning, count}) => {
    const text = count === null ? 'unknown with this filter' : writeCount(count)
    return `<tr><th scope="row">${title}</th><td class="number">${text}</td><td>${meaning}</td></tr>`
  })
  const links = writeLinks('quality', addressOf)
  return `<section id="quality" aria-labelledby="quality-title">
<h2 id="quality-title">Data quality</h2>
<p>The counts are for the range above. For all projects and all times: ${describeStore(quality).join(', ')}.${describeSince(quality)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Table: counts"><table>
<thead><tr><th scope="col">what</th><th scope="col" class="number">number</th><th scope="col">meaning</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>
${links === '' ? '' : `<div class="data">${links}</div>\n`}</section>
${writeClients(stats)}${writeTables(quality.tables)}${writeCaveats(stats)}`
}

function describeSince({featuresSince, runsSince}: Stats['quality']): string {
  const features =
    featuresSince === null
      ? ''
      : ` Single uses of features are stored since ${featuresSince}, monthly totals before that.`
  const runs =
    runsSince === null ? '' : ` Single runs are stored since ${runsSince}, totals of months and years before that.`
  return features + runs
}

/** The programs that sent the reports; empty without any. */
function writeClients({clients}: Stats): string {
  if (clients === null || clients.length === 0) return ''
  const rows = clients.map(
    ({name, version, reports}) =>
      `<tr><th scope="row"><bdi>${escapeHtml(name ?? 'others')}</bdi></th><td><bdi>${escapeHtml(version ?? '')}</bdi></td><td class="number">${writeCount(reports)}</td></tr>`,
  )
  return `<section id="clients" aria-labelledby="clients-title">
<h2 id="clients-title">Reporting programs</h2>
<p>The programs that sent the reports of these days, repeated reports included.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Table: reporting programs"><table>
<thead><tr><th scope="col">program</th><th scope="col">version</th><th scope="col" class="number">reports</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>
</section>
`
}

/** The largest tables of the store; empty until they are measured. */
function writeTables(tables: Stats['quality']['tables']): string {
  if (tables === null) return ''
  const rows = tables.map(
    ({name, bytes, rows}) =>
      `<tr><th scope="row">${escapeHtml(name)}</th><td class="number">${writeBytes(bytes)}</td><td class="number">${writeCount(rows)}</td></tr>`,
  )
  return `<section id="tables" aria-labelledby="tables-title">
<h2 id="tables-title">Tables of the store</h2>
<p>The largest tables with their indexes, for all projects, at the last measurement.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Table: sizes"><table>
<thead><tr><th scope="col">table</th><th scope="col" class="number">on disk</th><th scope="col" class="number">rows</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>
</section>
`
}

/** The caveats as a section of a page. */
export function writeCaveats(stats: Stats): string {
  const items = caveatsOf(stats).map(sentence => `<li>${escapeHtml(sentence)}</li>`)
  return `<section id="caveats" aria-labelledby="caveats-title" class="prose">
<h2 id="caveats-title">Limits of the numbers</h2>
<ul>${items.join('\n')}</ul>
</section>
`
}
