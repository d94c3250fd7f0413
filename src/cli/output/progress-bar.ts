import {basename} from 'node:path'
import {toPlainText} from '../../protocol/values/plain-text.ts'

/** A progress bar on a terminal. */
export interface ProgressBar {
  show(path: string, progress: {readonly bytesRead: number; readonly bytes: number; readonly records: number}): void
  /** Removes the bar. */
  clear(): void
}

const barWidth = 24

/**
 * Makes a progress bar. If the output is not a terminal, it shows nothing.
 *
 * @param fit what makes a text fit the locale
 */
export function progressBar(
  output: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>,
  fit: (text: string) => string,
): ProgressBar {
  if (!output.isTTY) return {show: () => {}, clear: () => {}}
  return {
    show: (path, progress) => void output.write(`\r\u001b[K${fit(writeBar(path, progress))}`),
    clear: () => void output.write('\r\u001b[K'),
  }
}

function writeBar(path: string, {bytesRead, bytes, records}: Parameters<ProgressBar['show']>[1]): string {
  const share = bytes === 0 ? 1 : Math.min(1, bytesRead / bytes)
  const full = Math.round(share * barWidth)
  const percent = String(Math.floor(share * 100)).padStart(3)
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${percent} %  ${records} records  ${toPlainText(basename(path))}`
}
