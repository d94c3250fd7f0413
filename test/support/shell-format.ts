import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'

/** Finds lines that a reviewer would have to scroll for: of more than 100 characters. */
export const longLines = (text: string): string[] => text.split('\n').filter(line => [...line].length > 100)

/** Proves that a file is formatted as shfmt does, for bash or for POSIX shells. Throws with the differences. */
export function assertShfmt(path: string, language: 'bash' | 'posix'): void {
  const args = ['-d', '-i', '2', '-ci', '-ln', language, path]
  execFileSync('shfmt', args, {stdio: ['ignore', 'inherit', 'inherit']})
  assert.deepEqual(longLines(readFileSync(path, 'utf8')), [])
}
