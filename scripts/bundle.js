/**
 * Builds the fast lane of the reporting commands, one function without dependencies, into the folder that is named, and
 * what V8 made of it when it ran. `bin/run.js` loads both.
 */
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {build} from 'esbuild'

const folder = process.argv[2]

/** Every module of ours asks for `node:fs` again, and each call of Node's own `require` costs 20 µs. */
const requireOnce = 'const loaded={};const require=name=>loaded[name]??=(process.getBuiltinModule??load)(name);'

/** What is imported when it is needed (a flush) stays outside: no plain command comes there. */
const leaveOutside = {
  name: 'leave-outside',
  setup({onResolve}) {
    onResolve({filter: /.*/}, ({kind, path}) => (kind === 'dynamic-import' ? {path, external: true} : undefined))
  },
}

await build({
  entryPoints: ['src/cli/fast-lane.ts'],
  outfile: join(folder, 'fast-lane.cjs'),
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'cjs',
  target: 'node18',
  preserveSymlinks: true,
  plugins: [leaveOutside],
  alias: {valibot: './src/protocol/lean-schema.ts'},
  logLevel: 'warning',
  // A definition that the lean schemas cannot follow is no build.
  logOverride: {'import-is-undefined': 'error', 'empty-import-meta': 'error'},
  // The file stands in dist/ itself; the sender is found where its own module would look for it.
  banner: {js: `(function(module,load,dist){const reporterFolder=dist+'/reporter';${requireOnce}`},
  footer: {js: '})'},
  define: {
    'import.meta.dirname': 'reporterFolder',
    'import.meta.filename': '"spawn-sender.js"',
    // On Node.js 18 there is no such function yet.
    'process.getBuiltinModule': 'require',
  },
})

const {status, stderr} = spawnSync(process.execPath, [join('scripts', 'warm-up.js'), folder], {encoding: 'utf8'})
if (status !== 0) throw new Error(`the fast lane does not run: ${stderr}`)
