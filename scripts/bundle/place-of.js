import {dirname} from 'node:path'
import {fileURLToPath} from 'node:url'

/** The folder dist/ as a URL: this stands in one of its files, none knows beforehand in which. */
const dist = import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/') + '/dist/'.length)

/** What `import.meta` is in a module that the compiler has put into dist/. */
export function placeOf(place) {
  const url = dist + place
  const filename = fileURLToPath(url)
  return {url, filename, dirname: dirname(filename)}
}
