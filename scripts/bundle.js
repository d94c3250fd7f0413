/**
 * Builds the fast lane of the reporting commands, one CommonJS file without dependencies, into the folder that is named.
 * What is imported when it is needed (a flush, an error for a terminal) stays outside: a plain command never comes there.
 */
import {join, posix, relative} from 'node:path'
import {build} from 'esbuild'

const folder = process.argv[2]

/** An import() of a module of ours finds it in dist/, where the file stands. */
const leaveOutside = {
  name: 'leave-outside',
  setup({onResolve}) {
    onResolve({filter: /.*/}, ({kind, path, resolveDir}) => {
      if (kind !== 'dynamic-import') return undefined
      if (!path.startsWith('.')) return {path, external: true}
      const module = posix.join(relative(join(process.cwd(), 'src'), resolveDir), path.replace(/\.ts$/, '.js'))
      return {path: `./${module}`, external: true}
    })
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
  banner: {js: "const reporterFolder=__dirname+'/reporter';"},
  define: {
    'import.meta.dirname': 'reporterFolder',
    'import.meta.filename': '"spawn-sender.js"',
    // On Node.js 18 there is no such function yet.
    'process.getBuiltinModule': 'require',
  },
})
