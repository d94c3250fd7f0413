import {execFileSync} from 'node:child_process'
import {mkdtempSync, realpathSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {TestContext} from 'node:test'

/** Makes an empty directory for one test; it is removed when the test ends, after what `beforeRemoval` does with it. */
export function temporaryDirectory(
  t: Pick<TestContext, 'after'>,
  beforeRemoval: (directory: string) => Promise<void> = async () => {},
): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'usage-test-')))
  const remove = () => rmSync(directory, {recursive: true, force: true, maxRetries: 3})
  t.after(async () => {
    await beforeRemoval(directory)
    try {
      remove()
    } catch {
      // A test may close a folder to its owner; root can remove it nevertheless.
      execFileSync('chmod', ['-R', 'u+rwX', directory])
      remove()
    }
  })
  return directory
}
