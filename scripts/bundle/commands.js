import {readdirSync, readFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {build} from 'esbuild'
import {leanSha256} from './lean.js'

/** Asked for by `require`, from node_modules; the framework looks for a compiler in clones of others. */
const outside = ['fastify', 'typescript']
/** Imported when a command needs them. A script that is no module may not import: whoever loads it does. */
const imported = /\bimport\('(conf|got|node-machine-id)'\)/g

/** Modules also find files beside them (a worker, a template): those stay where the compiler has put them. */
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

/** All commands, each of which is run when it is asked for. */
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
 * @returns esbuild's account of what is in it
 */
export async function bundleCommands(folder) {
  const outfile = join(folder, 'commands.cjs')
  const {metafile} = await build({
    stdin: {contents: entry(), resolveDir: process.cwd(), loader: 'ts'},
    outfile,
    bundle: true,
    // Names stay, for who reads a stack.
    minifySyntax: true,
    minifyWhitespace: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    // An older form of a package may ask for its own files in a way that nobody can follow.
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
