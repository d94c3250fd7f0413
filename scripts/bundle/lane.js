import {join} from 'node:path'
import {build} from 'esbuild'
import {leanErrorRegistry, leanSha256, leanValibot} from './lean.js'

/** Every module requires `node:fs` again, and each call of Node's `require` costs 20 µs. */
const requireOnce = 'const loaded={};const require=name=>loaded[name]??=process.getBuiltinModule(name);'

/** Dynamic imports (for a flush) stay outside: recording commands never reach them. */
const leaveOutside = {
  name: 'leave-outside',
  setup({onResolve}) {
    onResolve({filter: /.*/}, ({kind, path}) => (kind === 'dynamic-import' ? {path, external: true} : undefined))
  },
}

const entry = `export {recordFast} from './src/cli/lanes/fast-lane.ts'
export {beginRun} from './src/cli/lanes/run-lane.ts'`

/** Builds the fast lane of the reporting commands and of `run` into one file without dependencies. */
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
    // The bundle is in dist/ itself. This folder lets it find the sender where the sender's module would look for it.
    banner: {js: `(function(module,load,dist){const reporterFolder=dist+'/reporter/sender';${requireOnce}`},
    footer: {js: '})'},
    define: {
      'import.meta.dirname': 'reporterFolder',
      'import.meta.filename': '"spawn-sender.js"',
    },
  })
}

/** Builds the part of `usage run` that runs the command on a Node.js that is too old to record: 10 and later. */
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
