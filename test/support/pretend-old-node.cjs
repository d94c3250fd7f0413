// Preloaded by --require: the program that comes after it believes that the Node.js of USAGE_TEST_NODE runs it, 10.24.1
// if there is none. Of what Node.js 10 lacks, the parts that are missed first are gone.
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
