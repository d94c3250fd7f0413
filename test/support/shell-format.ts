import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'

/** Finds lines of more than 100 characters. */
export const longLines = (text: string): string[] => text.split('\n').filter(line => [...line].length > 100)

/** Asserts that a file has shfmt's format and no line of more than 100 characters. shfmt prints the differences. */
export function assertShfmt(path: string, language: 'bash' | 'posix'): void {
  const args = ['-d', '-i', '2', '-ci', '-ln', language, path]
  execFileSync('shfmt', args, {stdio: ['ignore', 'inherit', 'inherit']})
  assert.deepEqual(longLines(readFileSync(path, 'utf8')), [])
}
