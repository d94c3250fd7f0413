// Preloaded by --require. The program sees the Node.js version in USAGE_TEST_NODE, by default 10.24.1. For version 10,
// the
// newer features that the program would use first are removed.
const Module = require('node:module')

const node = process.env['USAGE_TEST_NODE'] ?? '10.24.1'
Object.defineProperty(process, 'versions', {value: {...process.versions, node}})

if (node.startsWith('10.')) {
  delete process.getBuiltinModule
  for (const name of ['flat', 'flatMap', 'at', 'findLast', 'toSorted']) delete Array.prototype[name]
  for (const name of ['replaceAll', 'matchAll', 'at', 'trimEnd']) delete String.prototype[name]
  for (const name of ['fromEntries', 'hasOwn', 'groupBy']) delete Object[name]
  for (const name of ['allSettled', 'any', 'withResolvers']) delete Promise[name]
  const load = Module._load
  Module._load = (request, ...rest) => {
    if (request.startsWith('node:')) throw new Error(`Cannot find module '${request}'`)
    return load(request, ...rest)
  }
}
