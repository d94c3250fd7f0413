import {readFileSync} from 'node:fs'

/** The name and version of this program in reports. Reads package.json; throws if it is missing. */
export function readClient(): {readonly name: string; readonly version: string} {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  return {name: 'usage', version: (manifest as {version: string}).version}
}
