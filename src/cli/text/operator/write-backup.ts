import type {Backup} from '../../../collector/backup/backup.ts'
import type {Restored} from '../../../collector/backup/restore.ts'
import {toPlainText} from '../../../protocol/values/plain-text.ts'
import {writeAmount} from '../words.ts'

const contentOf = ({rows}: Pick<Backup, 'rows'>): string =>
  [
    writeAmount(rows['projects'] ?? 0, 'project'),
    writeAmount(rows['runs'] ?? 0, 'run'),
    writeAmount(rows['features'] ?? 0, 'feature event'),
  ].join(', ')

export const writeBackup = (backup: Backup): string =>
  `${toPlainText(backup.file)}: ${contentOf(backup)}, ${(backup.bytes / 1e6).toFixed(1)} MB, verified.`

export function writeRestored({data, createdAt, lostErasures, ...restored}: Restored): string {
  const lines = [`${toPlainText(data)} has the state of ${createdAt}: ${contentOf(restored)}.`]
  if (lostErasures === null)
    lines.push('The replaced store could not be read, so erasures after the backup are unknown.')
  else if (lostErasures.length > 0) {
    lines.push(
      `${writeAmount(lostErasures.length, 'erasure')} after the backup ${lostErasures.length === 1 ? 'is' : 'are'} undone. Receipts:`,
    )
    lines.push(...lostErasures.map(({receipt, erasedAt}) => `  ${receipt}  ${erasedAt}`))
    lines.push(
      'The data of these people is stored again, and a receipt names nobody. Next: Tell the users of the project.',
    )
    lines.push('A user sees it with: usage access --erased')
  }
  return lines.join('\n')
}
