/** What a full or failing disk says: codes of the file system, and messages of SQLite. */
const ofDisk = /\b(?:ENOSPC|EDQUOT|EROFS|EIO)\b|disk is full|disk I\/O/
/** What is said where the permissions are missing. */
const ofPermissions = /\b(?:EACCES|EPERM)\b|readonly database/

/** The next step after an error of the data folder, for a `UsageError`. Empty if the message names no cause. Pure. */
export function nextStepFor(message: string): {readonly next?: string} {
  if (ofDisk.test(message))
    return {next: 'Free space on the disk of the data folder, or check the disk. Then run the command again.'}
  if (ofPermissions.test(message))
    return {next: 'Run the command as the user of the collector, and check the permissions of its data folder.'}
  return {}
}
