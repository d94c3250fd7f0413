/**
 * Builds the fast lane of the reporting commands, one CommonJS file without dependencies, into the folder that is named.
 * What only a sender or `flush` needs stays outside: the fast lane never comes there.
 */
import {join} from 'node:path'
import {buildSync} from 'esbuild'

const folder = process.argv[2]
buildSync({
  entryPoints: ['src/cli/fast-lane.ts'],
  outfile: join(folder, 'fast-lane.cjs'),
  bundle: true,
  minifySyntax: true,
  minifyWhitespace: true,
  platform: 'node',
  format: 'cjs',
  target: 'node18',
  preserveSymlinks: true,
  external: ['conf', 'got', 'node-machine-id'],
  logLevel: 'error',
  // The file stands in dist/ itself; the sender is found as if it stood beside it.
  banner: {js: "const bundleUrl=require('url').pathToFileURL(__dirname+'/reporter/spawn-sender.js').href;"},
  define: {'import.meta.url': 'bundleUrl'},
})
