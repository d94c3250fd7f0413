/** What a full, failing or read-only disk says: codes of the file system, and messages of SQLite. */
const pattern = /\b(?:ENOSPC|EDQUOT|EROFS|EIO)\b|disk is full|disk I\/O|readonly database/

/** The next step after an error of a disk, for a `UsageError`. Empty for any other error. Pure. */
export function nextStepForDisk(message: string): {readonly next?: string} {
  if (!pattern.test(message)) return {}
  return {next: 'Free space on the disk of the data folder, or check the disk. Then run the command again.'}
}
