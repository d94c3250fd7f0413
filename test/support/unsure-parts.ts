import {isSure} from '../../src/protocol/report/quick-check.ts'
import {readReport} from '../../src/protocol/report/report.ts'

/** The parts of a report that the quick check leaves to the schemas: `report` for its envelope, or the type of an event. */
export function unsureParts(report: unknown): string[] {
  const parts: string[] = []
  readReport(report, (schema, value) => {
    const sure = isSure(schema, value)
    if (!sure) parts.push((value as {readonly type?: string}).type ?? 'report')
    return sure
  })
  return parts
}
