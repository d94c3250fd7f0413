import {readdirSync, readFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {build} from 'esbuild'
import {leanSha256} from './lean.js'

/** Packages that the bundle requires from node_modules. oclif requires typescript only in clones of plugins. */
const outside = ['fastify', 'pino', 'prom-client', 'typescript']
/** Packages that commands import when they need them. A script cannot import, so its loader passes `importOutside`. */
const imported = /\bimport\('(conf|got|node-machine-id|yaml|@clickhouse\/client)'(?: as string)?\)/g

/**
 * Modules load files beside them (a worker, a template). In the bundle they find the files of the compiler in dist/.
 */
const takeFromDist = {
  name: 'take-from-dist',
  setup({onLoad}) {
    onLoad({filter: /\/src\/.*\.ts$/}, ({path}) => {
      const place = JSON.stringify(relative('src', path).replace(/\.ts$/, '.js'))
      const source = readFileSync(path, 'utf8').replaceAll('import.meta', `placeOf(${place})`)
      return {contents: source.replaceAll(imported, "importOutside('$1')"), loader: 'ts'}
    })
  },
}
const placeOf = `const placeOf=place=>{const filename=dist+'/'+place;
return{filename,dirname:require('node:path').dirname(filename),url:require('node:url').pathToFileURL(filename).href}};`

/** The entry: the main function, and a loader for each command, so that only the requested one is evaluated. */
function entry() {
  const files = readdirSync('src/commands', {recursive: true}).filter(file => file.endsWith('.ts'))
  const loaders = files.map(file => {
    const id = file.slice(0, -3).replaceAll(/[\\/]/g, ':')
    return `${JSON.stringify(id)}: () => import(${JSON.stringify(`./src/commands/${file}`)})`
  })
  return `export {main} from './src/cli/framework/main.ts'\nexport const commands = {${loaders.join(', ')}}`
}

/**
 * Builds all commands and the framework of the command line into one file.
 *
 * @returns esbuild's metafile, which lists the bundled modules
 */
export async function bundleCommands(folder) {
  const outfile = join(folder, 'commands.cjs')
  const {metafile} = await build({
    stdin: {contents: entry(), resolveDir: process.cwd(), loader: 'ts'},
    outfile,
    bundle: true,
    // Names are kept, for readable stacks.
    minifySyntax: true,
    minifyWhitespace: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    // The CommonJS entry of a package may load its files in a way that esbuild cannot follow.
    mainFields: ['module', 'main'],
    preserveSymlinks: true,
    external: outside,
    plugins: [leanSha256, takeFromDist],
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    logOverride: {'empty-import-meta': 'error'},
    banner: {js: `(function(module,require,dist,importOutside){const __dirname=dist;${placeOf}`},
    footer: {js: '})'},
  })
  return metafile
}
