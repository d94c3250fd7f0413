import {makeReport, type Report, type ReportInput} from '../../../src/dashboard/report/report.ts'
import type {Stats} from '../../../src/stats/model/model.ts'
import {nowMs} from '../../collector/samples.ts'

/** The report about some answers: without project file, citation and other years, unless `changes` has them. */
export const reportOf = (stats: Stats, changes: Partial<ReportInput> = {}): Report =>
  makeReport({stats, years: null, project: null, citation: null, command: 'usage stats --report', nowMs, ...changes})
