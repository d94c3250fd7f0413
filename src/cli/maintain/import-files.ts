import {
  type FileImport,
  type ImportOptions,
  type ImportTarget,
  importFile,
} from '../../collector/history/import-file.ts'
import {UsageError} from '../../errors.ts'
import type {ShowPreparing} from '../output/preparing-line.ts'
import type {ProgressBar} from '../output/progress-bar.ts'

export interface ImportOutcome {
  readonly project: string
  readonly accepted: number
  readonly duplicates: number
  readonly refused: number
  readonly damaged: number
  readonly files: readonly FileImport[]
}

/**
 * Imports files one after the other, prepares the store for answers, and closes the target. Rejects at the first error; records imported before it stay.
 */
export async function importFiles(
  paths: readonly string[],
  target: ImportTarget,
  options: Omit<ImportOptions, 'onProgress'> & {readonly bar: ProgressBar; readonly onPrepared: ShowPreparing},
): Promise<ImportOutcome> {
  const files: FileImport[] = []
  try {
    for (const path of paths)
      files.push(await importFile(path, target, {...options, onProgress: now => options.bar.show(path, now)}))
    options.bar.clear()
    // Without prepared months, the first question takes longer.
    await target.prepare(options.onPrepared).catch(() => undefined)
  } finally {
    options.bar.clear()
    await target.close()
  }
  requireEvents(files)
  const sum = (of: (file: FileImport) => number): number => files.reduce((total, file) => total + of(file), 0)
  return {
    project: target.project.project,
    accepted: sum(({accepted}) => accepted),
    duplicates: sum(({duplicates}) => duplicates),
    refused: sum(({refused}) => refused),
    damaged: sum(({damaged}) => damaged.count),
    files,
  }
}

/** Whether nothing of a file could be read: its data are of another kind. */
export const isEmpty = ({format, records, damaged, ...counts}: FileImport): boolean => {
  // An export may consist of totals.
  const hasParts = format === 'usage' && records > damaged.count
  return !hasParts && counts.accepted + counts.duplicates + counts.refused === 0
}

/** Files of which nothing could be read are an error. */
function requireEvents(files: readonly FileImport[]): void {
  if (!files.every(isEmpty)) return
  const [first] = files.flatMap(({file, damaged}) => damaged.listed.map(one => `${file} ${one.line}: ${one.message}`))
  const because = first === undefined ? '' : `; ${first}`
  const message = `nothing was imported: must be a log of Parsl, pages of Mantid or an export${because}`
  throw new UsageError('USAGE_IMPORT_UNREADABLE', message)
}
