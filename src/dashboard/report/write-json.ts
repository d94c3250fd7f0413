import {createHash} from 'node:crypto'
import type {ReportDocument} from './report.ts'

/** The bytes of `report.json`, as `usage stats --report --json` prints them. */
export const writeReportJson = (document: ReportDocument): string => `${JSON.stringify(document, null, 2)}\n`

/** The SHA-256 of `report.json`, in hexadecimal. */
export const hashReport = (document: ReportDocument): string =>
  createHash('sha256').update(writeReportJson(document)).digest('hex')
