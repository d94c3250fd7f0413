import {readFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {build} from 'esbuild'
import {leanSha256} from './lean.js'

const placeOf = join(import.meta.dirname, 'place-of.js')

/** Modules that look for files beside them (the sender) find those that the compiler has put into dist/. */
const takeFromDist = {
  name: 'take-from-dist',
  setup({onLoad}) {
    onLoad({filter: /[\\/]src[\\/].*\.ts$/}, ({path}) => {
      const place = relative('src', path).replaceAll('\\', '/').replace(/\.ts$/, '.js')
      const source = readFileSync(path, 'utf8')
      if (!source.includes('import.meta')) return undefined
      const moved = source.replaceAll('import.meta', `placeOf(${JSON.stringify(place)})`)
      return {contents: `import {placeOf} from ${JSON.stringify(placeOf)}\n${moved}`, loader: 'ts'}
    })
  },
}

/**
 * Puts a few files in the place of the many modules behind the library's doors that programs import for themselves: each
 * module costs half a millisecond. What they share is shared; what a flush needs is loaded by a flush. Types stay.
 *
 * @returns esbuild's account of what is in them
 */
export async function bundleLibrary(folder) {
  const {metafile} = await build({
    entryPoints: ['src/index.ts', 'src/oclif/index.ts'],
    outdir: folder,
    outbase: 'src',
    bundle: true,
    splitting: true,
    chunkNames: 'library/[name]-[hash]',
    platform: 'node',
    format: 'esm',
    // A program on an older Node.js must be able to import it: nothing is recorded there, and nothing breaks.
    target: 'node14.18',
    external: ['conf', 'got', 'node-machine-id'],
    mainFields: ['module', 'main'],
    preserveSymlinks: true,
    plugins: [leanSha256, takeFromDist],
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  return metafile
}
