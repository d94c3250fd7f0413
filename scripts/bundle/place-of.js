import {dirname} from 'node:path'
import {fileURLToPath} from 'node:url'

/** The URL of dist/. esbuild decides which file in dist/ contains this code. */
const dist = import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/') + '/dist/'.length)

/** The `import.meta` of a compiled module in dist/. */
export function placeOf(place) {
  const url = dist + place
  const filename = fileURLToPath(url)
  return {url, filename, dirname: dirname(filename)}
}
