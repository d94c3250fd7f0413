import {join} from 'node:path'
import {build} from 'esbuild'
import {leanErrorRegistry, leanSha256, leanValibot} from './lean.js'

/** Each of our modules requires `node:fs` again, and each call of Node's own `require` costs 20 µs. */
const requireOnce = 'const loaded={};const require=name=>loaded[name]??=process.getBuiltinModule(name);'

/** What is imported when it is needed (a flush) stays outside: no plain command comes there. */
const leaveOutside = {
  name: 'leave-outside',
  setup({onResolve}) {
    onResolve({filter: /.*/}, ({kind, path}) => (kind === 'dynamic-import' ? {path, external: true} : undefined))
  },
}

const entry = `export {recordFast} from './src/cli/lanes/fast-lane.ts'
export {beginRun} from './src/cli/lanes/run-lane.ts'`

/** Builds the fast lane of the reporting commands and of `run` with all that it needs, without dependencies, into one file. */
export async function bundleLane(folder) {
  await build({
    stdin: {contents: entry, resolveDir: process.cwd(), loader: 'ts'},
    outfile: join(folder, 'fast-lane.cjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    preserveSymlinks: true,
    plugins: [leanSha256, leanErrorRegistry, leaveOutside],
    alias: leanValibot,
    logLevel: 'warning',
    // A definition that src/lean/valibot.ts cannot read fails the build.
    logOverride: {'import-is-undefined': 'error', 'empty-import-meta': 'error'},
    // The file stands in dist/ itself; the sender is found where its own module would look for it.
    banner: {js: `(function(module,load,dist){const reporterFolder=dist+'/reporter/sender';${requireOnce}`},
    footer: {js: '})'},
    define: {
      'import.meta.dirname': 'reporterFolder',
      'import.meta.filename': '"spawn-sender.js"',
    },
  })
}

/** Builds what `usage run` does on a Node.js that is too old to record, for Node.js 10 and later. */
export async function bundleUnrecordedRun(folder) {
  await build({
    entryPoints: ['src/cli/lanes/run-unrecorded.ts'],
    outfile: join(folder, 'run-unrecorded.cjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node10',
    define: {'process.getBuiltinModule': 'require'},
    logLevel: 'warning',
  })
}
