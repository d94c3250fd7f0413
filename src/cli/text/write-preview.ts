import {addressOf, isForDatagrams, isForFolder} from '../../protocol/project/project-file.ts'
import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {DropReason} from '../../reporter/destination/drops.ts'
import type {Preview} from '../../reporter/person/preview.ts'
import type {Paint} from '../output/paint.ts'
import {writeAmount, writeDropReason, writeReason} from './words.ts'

/** Writes what the next flush would send, what delays it, and what it would drop. */
export function writePreview(previews: readonly Preview[], paint: Paint): string {
  if (previews.length === 0) return 'Nothing was recorded on this machine.'
  return previews.map(preview => writeDestination(preview, paint)).join('\n\n')
}

/** Writes exactly the bodies, one per line. */
export function writeRawPreview(previews: readonly Preview[]): string {
  return previews.flatMap(({reports}) => reports.map(({body}) => body)).join('\n')
}

/** One line for each destination whose bodies would not be sent as they are now. */
export function writePreviewWarnings(previews: readonly Preview[]): string[] {
  return previews.flatMap(preview => {
    const lines = [...writeHold(preview), ...writePendingIds(preview)]
    return lines.map(line => `${toPlainText(preview.project)}: ${line}`)
  })
}

function writeDestination(preview: Preview, paint: Paint): string {
  const {endpoint, reports} = preview
  const to = toPlainText(addressOf(endpoint) ?? 'nowhere')
  const lines = [
    `${paint.bold(toPlainText(preview.project))}  to ${to}`,
    ...writeHold(preview).map(line => `  ${paint.yellow(line)}`),
    ...writePendingIds(preview).map(line => `  ${paint.yellow(line)}`),
    ...(reports.length === 0 ? ['  Nothing would be sent.'] : []),
    ...reports.flatMap(report => writeReport(report, preview, paint)),
    ...writeDrops(preview).map(line => `  ${paint.yellow(line)}`),
  ]
  return lines.join('\n')
}

function writeReport({events, bytes, body}: Preview['reports'][number], preview: Preview, paint: Paint): string[] {
  const lines = JSON.stringify(JSON.parse(body), null, 2).split('\n')
  const title = isForDatagrams(preview)
    ? `  A datagram with one event, ${bytes} bytes; delivery is not confirmed:`
    : isForFolder(preview)
      ? `  A file with ${writeAmount(events, 'event')}, ${bytes} bytes, to be written to the folder:`
      : `  A report of ${writeAmount(events, 'event')}, ${bytes} bytes before compression:`
  return [title, ...lines.map(line => `    ${paint.dim(toPlainText(line))}`)]
}

function writeHold({heldBy, decidedBy}: Preview): string[] {
  if (heldBy === null) return []
  const by = decidedBy === null ? '' : ` (${toPlainText(decidedBy)})`
  return [`Nothing is sent now: ${heldBy}${by}: ${writeReason(heldBy)}`]
}

function writePendingIds({hasFinalIds}: Preview): string[] {
  return hasFinalIds ? [] : ['Zeros stand for pseudonyms. Their secret is created when the first report is sent.']
}

function writeDrops({dropped}: Preview): string[] {
  const counted = (Object.entries(dropped) as [DropReason, number][]).filter(([, count]) => count > 0)
  return counted.map(([reason, count]) => `Would be dropped: ${count} ${reason}: ${writeDropReason(reason)}`)
}
