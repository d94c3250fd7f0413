import {fstatSync} from 'node:fs'

interface Output {
  readonly isTTY?: boolean | undefined
  readonly fd: number
}

/**
 * Whether a new secret may be written to an output: to a terminal, or as JSON for the program that reads it. Never to
 * the journal, which others may read and which is kept: systemd names it in `JOURNAL_STREAM`, as DEVICE:INODE.
 */
export function showsSecret(
  {isTTY, fd}: Output,
  isJson: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (isTTY === true) return true
  return isJson && !isJournal(fd, environment['JOURNAL_STREAM'])
}

function isJournal(fd: number, journal: string | undefined): boolean {
  if (journal === undefined) return false
  try {
    const {dev, ino} = fstatSync(fd)
    return journal === `${dev}:${ino}`
  } catch {
    return true
  }
}
