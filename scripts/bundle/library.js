import {readFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {build} from 'esbuild'
import {leanSha256} from './lean.js'

const placeOf = join(import.meta.dirname, 'place-of.js')

/** Modules load files beside them (the sender). In the bundle they find the files of the compiler in dist/. */
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
 * Replaces the modules behind the entries that programs import (the library and the oclif plugin) by a few files,
 * because loading a module takes half a millisecond. Both entries share chunks, and a flush loads its own. Types are
 * kept.
 *
 * @returns esbuild's metafile, which lists the bundled modules
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
    // A program on an older Node.js must be able to import the library. Nothing is recorded there.
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
