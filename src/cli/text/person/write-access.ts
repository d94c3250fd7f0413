import * as v from 'valibot'
import {type AccessRecord, accessRecord} from '../../../protocol/report/access.ts'
import {toPlainText} from '../../../protocol/values/plain-text.ts'
import type {AccessOutcome, DestinationAccess, HeldId} from '../../../reporter/person/access.ts'
import type {Paint} from '../../output/paint.ts'
import {writeTime} from '../../output/write-time.ts'
import {writeAmount, writeReason, writeUnanswered, writeUnreadable} from '../words.ts'
import {timeOfRecord, writeHeader, writeRecord} from './write-held.ts'

/** Writes what collectors hold, for a person. */
export function writeAccess(
  {projects, unreadable}: AccessOutcome & {readonly unreadable: readonly string[]},
  paint: Paint,
): string {
  if (projects.length + unreadable.length === 0)
    return 'Nothing was ever sent from this machine, so no collector was asked.'
  const shown = projects.map(one => writeDestination(one, paint))
  return [...shown, ...unreadable.map(folder => writeUnreadable(folder, paint))].join('\n')
}

function writeDestination(one: DestinationAccess, paint: Paint): string {
  const ids = one.ids.flatMap(id => writeId(id, one, paint))
  const lines = [...(one.ids.length === 0 ? writeNothing(one, paint) : ids), ...writeOthers(one), ...writeLeft(one)]
  return `${paint.bold(toPlainText(one.project))}: ${lines.join('\n  ')}`
}

function writeNothing(one: DestinationAccess, paint: Paint): string[] {
  const place = toPlainText(one.endpoint ?? 'nowhere')
  switch (one.outcome) {
    case 'nobody-answers':
      return [
        writeUnanswered(one.endpoint ?? 'nowhere', 'cannot ask what is stored'),
        'To see what was sent: usage log --raw',
        writeContact(one),
      ]
    case 'no-user':
      return [
        `reports were sent to ${place} without a pseudonym of yours, for example from CI. This command cannot show them, because no key finds them.`,
        'To see what was sent: usage log --raw',
        writeContact(one),
      ]
    case 'cannot-prove':
      return [
        `${paint.red('not asked')}: ${writeReason('cannot-prove')}`,
        'To see what was sent: usage log --raw',
        writeContact(one),
      ]
    case 'nothing-erased':
      return [`nothing was erased from ${place} at your request, so the collector was not asked.`]
    default:
      return one.erasedAt === null
        ? [`nothing was sent from this machine to ${place} under this id, so the collector was not asked.`]
        : [
            `nothing was sent to ${place} under this id since the erasure at ${writeTime(one.erasedAt)}, so the collector was not asked.`,
            `To check the erasure: usage access ${toPlainText(one.project)} --erased`,
          ]
  }
}

function writeId(id: HeldId, one: DestinationAccess, paint: Paint): string[] {
  const place = toPlainText(one.endpoint ?? '')
  const whose = `your id of ${toPlainText(id.period)} (${id.user})`
  const problem = id.isComplete ? [] : writeProblem(id, one, paint)
  if (id.records === 0 && id.isComplete) return [`${place} holds nothing under ${whose}.`, ...writeTotals(id)]
  if (id.records === 0) return [...problem, `Asked: ${place}, about ${whose}.`]
  const groups = id.groups.flatMap(({header, records}) => [writeHeader(header), ...writeRecords(records)])
  return [
    `${place} holds ${writeAmount(id.records, 'record')} under ${whose}:`,
    ...groups,
    ...writeTotals(id),
    ...problem,
  ]
}

/** The records of a group, oldest first. Those of an unknown form come last. */
function writeRecords(records: HeldId['groups'][0]['records']): string[] {
  const read = records.map(raw => ({raw, record: readRecord(raw)}))
  const timeOf = ({record}: (typeof read)[0]): string => (record === null ? '~' : timeOfRecord(record))
  const sorted = read.toSorted((a, b) => Number(timeOf(a) > timeOf(b)) - Number(timeOf(a) < timeOf(b)))
  return sorted.map(({raw, record}) => `  ${writeRecord(record, raw)}`)
}

/** A record of a newer collector may have another form. */
function readRecord(record: unknown): AccessRecord | null {
  const result = v.safeParse(accessRecord, record)
  return result.success ? result.output : null
}

function writeTotals({totals}: HeldId): string[] {
  const before = [totals?.runsBefore ?? [], totals?.featuresBefore ?? []].flat().sort().at(0)
  if (before === undefined) return []
  return [`Older data, from before ${before.slice(0, 10)} at the earliest, is kept as totals that name nobody.`]
}

function writeProblem({reason, message, records}: HeldId, one: DestinationAccess, paint: Paint): string[] {
  const why = reason === null ? '' : writeReason(reason)
  const what = records === 0 ? 'not shown' : 'not complete'
  return [`${paint.red(what)}: ${why}${message === null ? '' : ` (${toPlainText(message)})`}`, writeContact(one)]
}

function writeOthers({project, otherPeriods, outcome}: DestinationAccess): string[] {
  if (otherPeriods.length === 0 || outcome === 'nobody-answers') return []
  const periods = otherPeriods.map(toPlainText).join(', ')
  const last = toPlainText(otherPeriods.at(-1) ?? '')
  return [
    `You have ids of other periods: ${periods}. To ask about one: usage access ${toPlainText(project)} --period ${last}`,
  ]
}

/** What no key finds. */
function writeLeft({outcome, leftNameless, leftLost}: DestinationAccess): string[] {
  return [
    ...(leftNameless && outcome !== 'no-user'
      ? ['Reports without a pseudonym of yours were sent too, for example from CI. No key finds them.']
      : []),
    ...(leftLost && outcome !== 'cannot-prove'
      ? ['Reports were also sent under an id whose secret is lost. They are not shown.']
      : []),
  ]
}

const writeContact = ({contact}: DestinationAccess): string => `Contact: ${toPlainText(contact)}`
