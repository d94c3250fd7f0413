import {isErrorOutputVisible} from '../../reporter/consent/notice.ts'
import type {Reporter} from '../../reporter/reporter.ts'
import {writeLine} from './write-line.ts'

/** Prints the notice once, if standard error is visible. If printing fails, it is printed next time. */
export function showNotice(reporter: Reporter): void {
  const {notice} = reporter
  if (notice !== null && isErrorOutputVisible() && reporter.noticeShown() && !writeLine(2, notice))
    reporter.noticeFailed()
}
