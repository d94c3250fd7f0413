import {readFileSync} from 'node:fs'

/** The name and version of this program, as reports say them: from the package's own description. */
export function readClient(): {readonly name: string; readonly version: string} {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  return {name: 'usage', version: (manifest as {version: string}).version}
}
