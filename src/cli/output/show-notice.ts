import {isErrorOutputVisible} from '../../reporter/consent/notice.ts'
import type {Reporter} from '../../reporter/reporter.ts'
import {writeLine} from './write-line.ts'

/** Shows the notice, once and where somebody can see it. */
export function showNotice(reporter: Reporter): void {
  const {notice} = reporter
  if (notice !== null && isErrorOutputVisible() && reporter.noticeShown() && !writeLine(2, notice))
    reporter.noticeFailed()
}
