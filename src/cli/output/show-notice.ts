import {fstatSync} from 'node:fs'
import {isErrorOutputVisible} from '../../reporter/consent/notice.ts'
import type {Reporter} from '../../reporter/reporter.ts'
import {widthOf} from './terminal.ts'
import {wrapText} from './wrap-text.ts'
import {writeLine} from './write-line.ts'

/**
 * Prints the notice once, at the width of the terminal, if standard error is visible. If printing fails, it is printed
 * next time.
 */
export function showNotice(reporter: Reporter): void {
  const {notice} = reporter
  if (notice === null || !isErrorOutputVisible() || !reporter.noticeShown()) return
  if (!writeLine(2, wrapText(notice, widthOf(readTerminal(), process.env), '    '))) reporter.noticeFailed()
}

/** Asks only a device for its width: opening a file or a pipe as a stream would cost time. */
function readTerminal(): {readonly columns?: number} {
  return fstatSync(2).isCharacterDevice() ? process.stderr : {}
}
