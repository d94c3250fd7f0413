import {globSync} from 'node:fs'
import {repositoryPath} from './repository.ts'

/**
 * Runs test files in this process, so that each module is loaded once: a process for each of these small files would
 * take twice the time. Only for tests that change nothing of their process. `patterns`: paths below `test/` without
 * `.test.ts`.
 */
export async function runTogether(...patterns: readonly string[]): Promise<void> {
  for (const pattern of patterns)
    for (const file of globSync(repositoryPath('test', `${pattern}.test.ts`)).sort()) await import(file)
}
